// @ts-check
/// <reference lib="dom" />
/** What the report's page adds to its text: the reader's time zone, details of marks, charts. */
(() => {
  'use strict';
  const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' }).formatToParts(0).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  const isUtc = new Date(0).getTimezoneOffset() === 0 && /^(UTC|GMT)$/.test(zone);
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
  const utcTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' });
  /** @param {number} ms */
  const local = (ms) => `${day.format(ms).replace('Sept', 'Sep')} ${time.format(ms)}`;
  /** @param {number} ms */
  const both = (ms) => (isUtc ? `${local(ms)} UTC` : `${local(ms)} ${zone} (${utcTime.format(ms)} UTC)`);

  if (!isUtc) {
    for (const element of document.querySelectorAll('time')) {
      const ms = Date.parse(element.dateTime);
      if (!('local' in element.dataset)) {
        element.title = both(ms);
        continue;
      }
      const [above, beneath] = element.children;
      if (above !== undefined && beneath !== undefined) {
        above.textContent = local(ms);
        beneath.textContent = `${utcTime.format(ms)} UTC`;
      }
    }
    let dayBefore = '';
    for (const tick of document.querySelectorAll('text[data-ms]')) {
      const ms = Number(tick.getAttribute('data-ms'));
      const kind = tick.getAttribute('data-tick');
      if (kind === 'year') continue;
      const date = day.format(ms).replace('Sept', 'Sep');
      tick.textContent = kind === 'time' ? time.format(ms) : kind === 'new-day' && date === dayBefore ? '' : date;
      if (kind === 'new-day') dayBefore = date;
    }
    for (const name of document.querySelectorAll('.zone')) name.textContent = zone;
  }

  // Marks: hover, focus and tap show the same details; a second tap, a click or Enter goes on to the alert.
  const card = document.getElementById('card');
  /** @type {Element | undefined} */
  let shownMark;
  const hide = () => {
    shownMark?.classList.remove('shown');
    shownMark = undefined;
    if (card !== null) card.hidden = true;
  };
  /** @param {Element} mark @param {string} text */
  const show = (mark, text) => {
    if (card === null || shownMark === mark) return;
    hide();
    shownMark = mark;
    mark.classList.add('shown');
    const [head = '', ...rest] = text.split('\n');
    const bold = document.createElement('b');
    bold.textContent = `${head.split(' · ')[0]} · ${both(Number(mark.getAttribute('data-ms')))}`;
    card.replaceChildren(bold, rest.join('\n'));
    card.hidden = false;
    const box = (mark.querySelector('.target') ?? mark).getBoundingClientRect();
    const width = card.offsetWidth;
    const left = Math.max(8, Math.min(box.left + box.width / 2 - width / 2, document.documentElement.clientWidth - width - 8));
    const isAbove = box.top > card.offsetHeight + 12;
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(isAbove ? box.top - card.offsetHeight - 4 : box.bottom + 4) + scrollY}px`;
  };
  let isTouch = false;
  addEventListener('pointerdown', (event) => {
    isTouch = event.pointerType === 'touch';
    if (!(event.target instanceof Element) || event.target.closest('.timeline .mark') === null) hide();
  });
  for (const mark of document.querySelectorAll('.timeline .mark')) {
    const title = mark.querySelector('title');
    const text = title?.textContent ?? '';
    title?.remove();
    mark.setAttribute('aria-label', text.replaceAll('\n', ', '));
    mark.addEventListener('pointerenter', (event) => event instanceof PointerEvent && event.pointerType !== 'touch' && show(mark, text));
    mark.addEventListener('pointerleave', (event) => event instanceof PointerEvent && event.pointerType !== 'touch' && document.activeElement !== mark && hide());
    mark.addEventListener('focus', () => !isTouch && show(mark, text));
    mark.addEventListener('blur', hide);
    let wasShown = false;
    mark.addEventListener('pointerdown', () => (wasShown = shownMark === mark), true);
    mark.addEventListener('click', (event) => {
      if (!isTouch || wasShown) return;
      event.preventDefault();
      show(mark, text);
    });
  }
  addEventListener('keydown', ({ key }) => key === 'Escape' && hide());

  // Charts.
  /** @typedef {{ start: number, time: number[], minimum: (number|null)[], maximum: (number|null)[], low: (number|null)[], high: (number|null)[], unit: string, group: string, marks: [number, string, boolean][] }} ChartData */
  /** @type {ChartData[]} */
  const all = JSON.parse(document.getElementById('charts')?.textContent ?? '[]');
  const unitWords = { min: 'a minute', s: 'a second' };
  /** @param {number} value */
  const digits = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3))));
  /** @param {number} value @param {string} unit */
  const compact = (value, unit) => {
    const [base = '', rate] = unit.split('/');
    if (base === 'ratio') return `${digits(value * 100)} %`;
    if (base === 'percent') return `${digits(value)} %`;
    const names = base === 'bytes' ? [' B', ' kB', ' MB', ' GB', ' TB'] : ['', ' k', ' M', ' G', ' T'];
    let step = 0;
    let scaled = value;
    while (Math.abs(scaled) >= (base === 'bytes' ? 1000 : 10_000 / 1000 ** Math.min(step, 1)) && step < names.length - 1) {
      scaled /= 1000;
      step += 1;
    }
    const noun = base === 'bytes' || base === 'count' || base === '1' ? '' : base === 'seconds' ? ' s' : base === 'cpu-units' ? ' CPU units' : ` ${base}`;
    return `${digits(scaled)}${names[step]}${noun}${rate === undefined ? '' : ` ${unitWords[/** @type {'s'} */ (rate)] ?? `/${rate}`}`}`;
  };
  /** From and to, with the unit said once. @param {number} low @param {number} high @param {string} unit */
  const range = (low, high, unit) => {
    const [start, end] = [compact(low, unit).split(' '), compact(high, unit).split(' ')];
    const whole = end.join(' ');
    if (start.join(' ') === whole) return whole;
    while (start.length > 1 && start.at(-1) === end.at(-1)) {
      start.pop();
      end.pop();
    }
    return `${start.join(' ')} to ${whole}`;
  };
  /** @param {string} name */
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  /** @type {Map<Element, any>} */
  const drawn = new Map();

  /** @param {HTMLElement} place @param {number} [width] */
  const draw = (place, width = place.clientWidth || 320) => {
    const data = all[Number(place.dataset['chart'])];
    // @ts-expect-error The library is in the same script and has no types here.
    const Plot = globalThis.uPlot;
    if (data === undefined || Plot === undefined) return;
    drawn.get(place)?.destroy();
    const times = data.time.map((seconds) => data.start + seconds);
    const readout = place.parentElement?.querySelector('.readout');
    const axis = { stroke: colour('--quiet'), font: '11px system-ui, sans-serif', grid: { show: false }, ticks: { stroke: colour('--line'), size: 4 } };
    const chart = new Plot({
      width,
      height: 150,
      padding: [10, 6, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: data.group } },
      scales: { x: { time: true }, y: { range: (/** @type {unknown} */ _, /** @type {number} */ low, /** @type {number} */ high) => {
        const bottom = low >= 0 && low < high * 0.6 ? 0 : low - (high - low) * 0.1;
        return [bottom, high === bottom ? bottom + 1 : high + (high - bottom) * 0.08];
      } } },
      axes: [
        { ...axis, size: 24, space: 70, values: (/** @type {unknown} */ _, /** @type {number[]} */ ticks) => ticks.map((at, index) => {
          const label = time.format(at * 1000);
          const isNewDay = index > 0 && day.format(at * 1000) !== day.format((ticks[index - 1] ?? 0) * 1000);
          return isNewDay || (ticks[1] ?? 0) - (ticks[0] ?? 0) >= 86_400 ? day.format(at * 1000).replace('Sept', 'Sep') : label;
        }) },
        { ...axis, size: 62, space: 34, grid: { show: true, stroke: colour('--line'), width: 1 }, values: (/** @type {unknown} */ _, /** @type {number[]} */ ticks) => ticks.map((value) => compact(value, data.unit.split('/')[0] ?? '').replace(' CPU units', '')) },
      ],
      series: [
        {},
        { stroke: 'transparent', points: { show: false } },
        { stroke: 'transparent', points: { show: false } },
        { stroke: 'transparent', points: { show: false } },
        { stroke: colour('--ink'), width: 1.25, points: { show: false } },
      ],
      bands: [
        { series: [2, 1], fill: colour('--band') },
        { series: [4, 3], fill: colour('--hatch') },
      ],
      hooks: {
        draw: [(/** @type {any} */ plot) => marks(plot, data)],
        setCursor: [(/** @type {any} */ plot) => {
          if (readout === null || readout === undefined) return;
          const at = plot.cursor.idx;
          const highest = at === null || at === undefined ? null : data.maximum[at];
          if (highest === null || highest === undefined) {
            readout.textContent = '';
            return;
          }
          const lowest = data.minimum[at] ?? highest;
          const [low, high] = [data.low[at], data.high[at]];
          const usual = low === null || low === undefined || high === null || high === undefined ? 'usual not known' : `usually ${range(low, high, data.unit)}`;
          readout.textContent = `${both((times[at] ?? 0) * 1000)} · ${range(lowest, highest, data.unit)}, ${usual}`;
        }],
      },
    }, [times, data.low, data.high, data.minimum, data.maximum], place);
    drawn.set(place, chart);
  };

  /** @param {any} plot @param {ChartData} data */
  const marks = (plot, data) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    // The most urgent comes first in the data and is drawn last, above the others.
    for (const [seconds, severity, isOwn] of data.marks.toReversed()) {
      const x = plot.valToPos(data.start + seconds, 'x', true);
      if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
      ctx.strokeStyle = ctx.fillStyle = colour(`--${severity}`);
      ctx.globalAlpha = isOwn ? 1 : 0.4;
      ctx.lineWidth = ratio;
      ctx.setLineDash(isOwn ? [] : [2 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (!isOwn) continue;
      const path = document.getElementById(`m-${severity}`)?.getAttribute('d');
      if (path === null || path === undefined) continue;
      ctx.save();
      ctx.translate(x, bbox.top - 2 * ratio);
      ctx.scale(ratio * 0.85, ratio * 0.85);
      ctx.fill(new Path2D(path));
      ctx.restore();
    }
    ctx.restore();
  };

  const places = [...document.querySelectorAll('.chart')].filter((place) => place instanceof HTMLElement);
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting && !drawn.has(target)) draw(/** @type {HTMLElement} */ (target));
  }, { rootMargin: '400px' });
  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) drawn.get(target)?.setSize({ width: target.clientWidth, height: 150 });
  });
  for (const place of places) {
    near.observe(place);
    sized.observe(place);
    place.addEventListener('keydown', (event) => {
      const chart = drawn.get(place);
      const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (by === 0 || chart === undefined) return;
      event.preventDefault();
      const last = chart.data[0].length - 1;
      const to = Math.max(0, Math.min(last, (chart.cursor.idx ?? (by > 0 ? -1 : last + 1)) + by * (event.shiftKey ? 10 : 1)));
      chart.setCursor({ left: chart.valToPos(chart.data[0][to], 'x'), top: 10 }, true, true);
    });
  }
  const again = () => [...drawn.keys()].forEach((place) => draw(/** @type {HTMLElement} */ (place)));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  // Half of what A4 and Letter leave between margins; the page has no paper's width before it is printed.
  addEventListener('beforeprint', () => places.forEach((place) => draw(place, Math.min(320, place.clientWidth || 320))));
  addEventListener('afterprint', again);
})();
