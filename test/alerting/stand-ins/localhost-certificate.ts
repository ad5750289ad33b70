/** A certificate for localhost, signed by itself, and its key: for mail servers of tests that are trusted on purpose. */

export const localhostCertificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUfc/RVFfzFVhIsO84ChTA3C3EI6IwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDEyNDQzMloYDzIxMjYxMDMx
MTI0NDMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARKBPelK+Bod/LTOp+m9TxtAYdqkkPhyKanhcZFLfeGwM7AK615lREE
miOs6csuG24SFSk0RBtL9gjAwH6Sy0/uo28wbTAdBgNVHQ4EFgQU80lS3TqSBDaJ
atB/41L3fmi4iyswHwYDVR0jBBgwFoAU80lS3TqSBDaJatB/41L3fmi4iyswDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgedpQhub7co4aIc9sqsfXdWN5mgdRD+RPHEvQ77hLhB4CIFbE
zJRccqkitreJ1jiOlJCOxG+X3NquDOAtx1Iho0/f
-----END CERTIFICATE-----
`;

export const localhostKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZRyMOgTLmETqn17c
H1iyD9k848hYO0ZmPDmyuvZ6i5ehRANCAARKBPelK+Bod/LTOp+m9TxtAYdqkkPh
yKanhcZFLfeGwM7AK615lREEmiOs6csuG24SFSk0RBtL9gjAwH6Sy0/u
-----END PRIVATE KEY-----
`;
