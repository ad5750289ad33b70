/** The style of the preview: quiet around the messages, and near enough to each service that length, weight and colour can be judged. */

export const style = `
:root{color-scheme:light dark;--ground:light-dark(#fff,#17191c);--ink:light-dark(#1c1e21,#e6e7e9);--dim:light-dark(#5c6167,#a3a8ae);--line:light-dark(#dcdfe3,#363a40);--accent:light-dark(#00609a,#6cb4ee)}
:root:has(#light:checked){color-scheme:light}:root:has(#dark:checked){color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Hiragino Sans","Noto Sans JP","Noto Sans CJK JP",sans-serif}
header,main{max-width:1240px;margin:0 auto;padding:0 20px}
h1{font-size:22px;margin:28px 0 4px}h2{font-size:19px;margin:0}h3{font-size:13px;font-weight:400;color:var(--dim);margin:26px 0 6px}
header p,section>p{color:var(--dim);margin:0 0 10px;max-width:70ch}
.bar{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;padding:8px 20px;max-width:1240px;margin:0 auto}
.bar a{color:var(--accent);text-decoration:none;white-space:nowrap}.bar a:hover{text-decoration:underline}
.bar fieldset{border:0;margin:0 0 0 auto;padding:0;display:flex;gap:12px;white-space:nowrap}.bar label{cursor:pointer}
section{padding:36px 0 12px;border-top:1px solid var(--line);scroll-margin-top:70px}section:first-of-type{border-top:0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:24px;align-items:start}
@media(max-width:820px){.pair{grid-template-columns:1fr}header,main{padding:0 12px}.bar{position:static;padding:8px 12px}}
.pair>div{min-width:0;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Noto Sans Mono CJK JP",monospace}
time,.by,.from{color:var(--dim)}
summary{cursor:pointer}
.sign{display:inline-block}.red,.orange,.yellow,.blue,.done{width:.95em;height:.95em;border-radius:50%;vertical-align:-.1em;background:#e0413a}.orange{background:#f0861d}.yellow{background:#f2c12e}.blue{background:#3b8de0}.done{border-radius:3px;background:#3fa35c;color:#fff;font-size:.95em;line-height:1;text-align:center}.mark{color:#d64545;font-size:.8em}
.link{color:#0a66c2}
.post{display:flex;gap:10px}.face{flex:none;width:36px;height:36px;border-radius:6px;background:light-dark(#20313f,#3d5468);color:#fff;display:grid;place-items:center;font-weight:700}
.said{min-width:0;flex:1}.by{font-size:13px}.by b{color:var(--ink);font-size:15px}.app{font-size:10px;padding:1px 4px;border-radius:3px;background:light-dark(#e8e8e8,#3a3d42)}
.slack{font-size:15px;line-height:1.46}.slack .rich{white-space:pre-line}.slack code,.amazon code,.mattermost code{font-size:12px;padding:1px 4px;border:1px solid var(--line);border-radius:3px;color:light-dark(#c01343,#e8912d);background:light-dark(#f8f8f8,#222529)}
.slack .context{color:var(--dim);font-size:13px;margin-top:8px;display:grid;gap:3px}
.slack .attachment{border-left:4px solid var(--line);padding:0 0 0 12px;margin-top:4px}.attachment p{margin:0 0 8px}.attachment ul{margin:0 0 8px;padding-left:20px}
.slack .thread{border-left:2px solid var(--line);margin:12px 0 0;padding-left:12px}.slack .thread small{color:var(--dim)}
.keyword{font-size:12px;color:var(--dim);border:1px solid var(--line);border-radius:9px;padding:0 8px}
.discord{background:light-dark(#fff,#313338);color:light-dark(#313338,#dbdee1);padding:12px;border-radius:6px;line-height:1.375}.discord .face{border-radius:50%}
.discord .embed{border-left:4px solid;background:light-dark(#f2f3f5,#2b2d31);border-radius:4px;padding:10px 14px 12px 12px;margin-top:6px;font-size:14px;max-width:520px}.embed small{display:block;color:var(--dim);font-size:12px;margin-top:8px}
.picture{display:block;width:400px;max-width:100%;height:auto;margin-top:8px}
.discord code{font-size:13px;background:light-dark(#e3e5e8,#1e1f22);padding:2px 4px;border-radius:4px}
.mattermost .attachment{border:1px solid var(--line);border-left-width:4px;border-radius:4px;padding:10px 12px;margin-top:4px;font-size:14px}
.card{border:1px solid var(--line);border-radius:8px;padding:14px 16px;margin-top:4px;max-width:560px}.card p{margin:0 0 8px}.card p.tight{margin-top:-8px}
.teams .card{background:light-dark(#fff,#292929);font-size:14px;box-shadow:0 1px 3px #0002}.Bolder{font-weight:600}.Medium{font-size:17px}.Small{font-size:12px}.Subtle{color:var(--dim)}.Monospace{font-family:ui-monospace,monospace}
.Attention{color:light-dark(#c4314b,#f9526b)}.Warning{color:light-dark(#986f0b,#f8d22a)}.Accent{color:light-dark(#5b5fc7,#9299f7)}.Good{color:light-dark(#237b4b,#92c353)}
.teams summary{display:inline-block;border:1px solid var(--line);border-radius:4px;padding:4px 14px;margin-top:4px;font-weight:600;list-style:none}
.google .card{background:light-dark(#fff,#1f2023);font-size:14px;border-radius:12px}.google small{color:var(--dim);font-size:12px}.google summary{border-top:1px solid var(--line);padding-top:8px;color:var(--dim)}
.google .face,.teams .face{border-radius:50%}
.telegram{background:light-dark(#d4e3c8,#0e1621);border-radius:10px;padding:12px}
.telegram .bubble{display:flow-root;background:light-dark(#fff,#182533);border-radius:12px 12px 12px 4px;padding:8px 12px;max-width:440px;line-height:1.35}.telegram .sender{color:light-dark(#3a8bc4,#6ab3f3)}.telegram code{color:light-dark(#a0352c,#7fb5e6);font-size:14px}
.telegram time{float:right;font-size:12px;margin:6px 0 0 12px}
.telegram blockquote{margin:6px 0 0;padding:4px 10px;border-left:3px solid light-dark(#3a8bc4,#6ab3f3);background:light-dark(#3a8bc41a,#6ab3f31a);border-radius:4px;font-size:14px;max-height:4.6em;overflow:hidden}.telegram blockquote:is(:hover,:focus){max-height:none}
.telegram .picture{width:calc(100% + 24px);max-width:none;margin:8px -12px 0}
.ntfy{background:light-dark(#f3f4f7,#2a2c31);border-radius:18px;padding:12px 16px;max-width:440px;font-size:14px;line-height:1.4}.ntfy p{margin:2px 0 0}.ntfy b{font-size:15px}
.mail{border:1px solid var(--line);border-radius:6px;overflow:hidden}.mail .subject{font-size:17px;font-weight:600;padding:12px 16px 0}.mail .from{padding:0 16px 10px;border-bottom:1px solid var(--line);font-size:13px}
.mail pre{margin:0;padding:14px 16px;white-space:pre-wrap;font-size:13px;line-height:1.5}
.ticket{border:1px solid var(--line);border-radius:4px;padding:12px 16px;font-size:14px}.badge{font-size:12px;font-weight:600;border:1px solid var(--line);border-radius:3px;padding:1px 6px;white-space:nowrap}.ticket .head b{font-size:15px}.ticket .from{font-size:13px;margin:2px 0 8px}.ticket p{margin:0}
.ticket dl{margin:0;display:grid;grid-template-columns:minmax(80px,max-content) 1fr;gap:4px 14px}.ticket dt{color:var(--dim)}.ticket dd{margin:0;min-width:0}
`;
