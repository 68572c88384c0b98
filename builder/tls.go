package builder

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// TLS are the files by which a builder and its workers know each other.
type TLS struct {
	Certificate string `doc:"Path of the builder's certificate in PEM; with it workers need one of theirs. Empty: no TLS."  env:"ZEITWORK_BUILDER_TLS_CERTIFICATE"`
	Key         string `doc:"Path of the key of the builder's certificate in PEM."                                           env:"ZEITWORK_BUILDER_TLS_KEY"`
	ClientCA    string `doc:"Path of the certificates in PEM that have to have signed those of workers, and of nobody else." env:"ZEITWORK_BUILDER_TLS_CLIENT_CA"`
}

func (t TLS) isSet() bool { return t != TLS{} }

// wrap makes a listener take connections of workers alone. The files are read for each of them, so that they can be replaced.
func (t TLS) wrap(listener net.Listener) (net.Listener, error) {
	if _, err := t.config(); err != nil {
		return nil, err
	}

	return tls.NewListener(listener, &tls.Config{
		MinVersion:         tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return t.config() },
	}), nil
}

func (t TLS) config() (*tls.Config, error) {
	if t.Certificate == "" || t.Key == "" || t.ClientCA == "" {
		return nil, errors.New("ZEITWORK_BUILDER_TLS_CERTIFICATE, ZEITWORK_BUILDER_TLS_KEY and ZEITWORK_BUILDER_TLS_CLIENT_CA must be set together")
	}

	certificate, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
	if err != nil {
		return nil, fmt.Errorf("read the builder's certificate: %w", err)
	}

	signers, err := os.ReadFile(t.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("read ZEITWORK_BUILDER_TLS_CLIENT_CA: %w", err)
	}

	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(signers) {
		return nil, fmt.Errorf("%s of ZEITWORK_BUILDER_TLS_CLIENT_CA has no certificate in PEM", t.ClientCA)
	}

	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
		NextProtos: []string{"h2"},
	}, nil
}
