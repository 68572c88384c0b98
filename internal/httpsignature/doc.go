// Package httpsignature signs HTTP requests with an Ed25519 key and verifies them, as RFC 9421 (HTTP Message Signatures) and RFC 9530 (digests of contents)
// have it. Each signature covers the method, the target URI as the client knows it, the body and the time. It is no general implementation: what is covered,
// and how the header fields are written, is always the same, and everything else is refused.
package httpsignature
