package api

import "github.com/google/uuid"

// EdgeCertificatesInput asks for what edges end TLS with. Its If-None-Match acknowledges a version: the calling edge serves with that one now.
type EdgeCertificatesInput struct{ LongPollInput }

// EdgeCertificatesOutput is what edges end TLS with. Status 304 has no body.
type EdgeCertificatesOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   *EdgeCertificates
}

// EdgeCertificates is what edges end TLS with.
//
//nolint:lll // One field a line, with its documentation.
type EdgeCertificates struct {
	Version      int64             `json:"version"`
	Certificates []EdgeCertificate `doc:"All that there are. Those that have not changed since the version of If-None-Match come without chain and key." json:"certificates" nullable:"false"`
	TicketKeys   []string          `doc:"Keys of session tickets, 32 bytes in base64: the first seals, all open. All edges have the same." json:"ticket_keys" nullable:"false"`
	Challenges   []EdgeChallenge   `doc:"What to answer certificate authorities on /.well-known/acme-challenge/." json:"challenges" nullable:"false"`
}

// EdgeCertificate is the certificate of one hostname.
type EdgeCertificate struct {
	ID       uuid.UUID `json:"id"`
	Hostname string    `doc:"*.example.com stands for all names of one label more that have no certificate of their own." json:"hostname"`
	Version  int64     `doc:"The version in which it has last changed." json:"version"`
	Chain    string    `doc:"PEM, the hostname's own certificate first." json:"chain,omitempty"`
	Key      string    `doc:"The private key, PEM."                      json:"key,omitempty"`
}

// EdgeChallenge is what a certificate authority expects from a hostname.
type EdgeChallenge struct {
	Hostname         string `json:"hostname"`
	Token            string `doc:"The last part of the path." json:"token"`
	KeyAuthorization string `doc:"The answer."                json:"key_authorization"`
}
