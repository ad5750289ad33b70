/** A certificate for another name, signed by itself, and its key: for tests that must not trust it. */

export const wrongCertificate = `-----BEGIN CERTIFICATE-----
MIIBujCCAV+gAwIBAgIUDKZK5iYhKaWqJ1dyGVxTu/BSY6UwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVc29tZWJvZHktZWxzZS5leGFtcGxlMCAXDTI2MTEyNDEyMjEx
NFoYDzIxMjYxMDMxMTIyMTE0WjAgMR4wHAYDVQQDDBVzb21lYm9keS1lbHNlLmV4
YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASB1ZNmV1AoroueI0dGek86
HEfj2TVGBaVm1IFuJfveTSqMhUOMZQknkwiMX+Mk/FKwfm+/LKw07Lpu0pfoGoCe
o3UwczAdBgNVHQ4EFgQU1GkxnJH/Opt96Jc6ogM8YNc+cLkwHwYDVR0jBBgwFoAU
1GkxnJH/Opt96Jc6ogM8YNc+cLkwDwYDVR0TAQH/BAUwAwEB/zAgBgNVHREEGTAX
ghVzb21lYm9keS1lbHNlLmV4YW1wbGUwCgYIKoZIzj0EAwIDSQAwRgIhAJgGa378
aH0nxm6v0HzlmaoriUb8Sp/mP5SCUEvVvVM7AiEAlZh80hZnhxnhPBB4LpJcBoXd
ueowwfrykkURBGGYmd0=
-----END CERTIFICATE-----
`;

export const wrongCertificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrBmWmMEkdVCX6f2v
pIfHWmGbqIl7Qbp9jpRukRpiSwmhRANCAASB1ZNmV1AoroueI0dGek86HEfj2TVG
BaVm1IFuJfveTSqMhUOMZQknkwiMX+Mk/FKwfm+/LKw07Lpu0pfoGoCe
-----END PRIVATE KEY-----
`;
