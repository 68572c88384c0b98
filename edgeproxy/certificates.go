package edgeproxy

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// certificates is what the edge ends TLS with. It never changes; a new one replaces it.
type certificates struct {
	// source is what they were made of, with every chain and key.
	source client.EdgeCertificates
	byID   map[uuid.UUID]certificate
	byName map[string]*tls.Certificate
	// tickets are the keys of session tickets: the first seals, all open.
	tickets    [][ticketKeyBytes]byte
	challenges map[challenge]string
}

// certificate is that of one hostname.
type certificate struct {
	source client.EdgeCertificate
	// loaded is nil where it cannot be read.
	loaded *tls.Certificate
}

// challenge is what a certificate authority asks a hostname for.
type challenge struct{ hostname, token string }

const ticketKeyBytes = 32

// errMissing means that the platform believes the edge to have a certificate that it has not.
var errMissing = errors.New("the platform left out a certificate that this edge does not have")

// newCertificates makes certificates of the platform's, which leave out what has not changed since previous; that may be nil. It skips what cannot be read
// and returns an error for each: one broken certificate must not take all other sites down. The last error, errMissing, means that nothing was made.
func newCertificates(source client.EdgeCertificates, previous *certificates) (*certificates, []error, error) {
	made := &certificates{byID: map[uuid.UUID]certificate{}, byName: map[string]*tls.Certificate{}, challenges: map[challenge]string{}, source: source}
	made.source.Certificates = make([]client.EdgeCertificate, 0, len(source.Certificates))

	var problems []error

	for _, entry := range source.Certificates {
		one, err := newCertificate(entry, previous)
		if errors.Is(err, errMissing) {
			return nil, nil, err
		}

		if err != nil {
			problems = append(problems, fmt.Errorf("certificate %s of %q: %w", entry.ID, entry.Hostname, err))
		}

		made.source.Certificates = append(made.source.Certificates, one.source)
		made.byID[entry.ID] = one

		if one.loaded != nil {
			made.byName[strings.ToLower(entry.Hostname)] = one.loaded
		}
	}

	for _, text := range source.TicketKeys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != ticketKeyBytes {
			problems = append(problems, errors.New("a key of session tickets is not 32 bytes in base64"))

			continue
		}

		made.tickets = append(made.tickets, [ticketKeyBytes]byte(key))
	}

	for _, entry := range source.Challenges {
		made.challenges[challenge{entry.Hostname, entry.Token}] = entry.KeyAuthorization
	}

	return made, problems, nil
}

func newCertificate(entry client.EdgeCertificate, previous *certificates) (certificate, error) {
	if entry.Chain == nil || entry.Key == nil {
		if previous == nil || previous.byID[entry.ID].source.Version != entry.Version || previous.byID[entry.ID].source.Chain == nil {
			return certificate{}, errMissing
		}

		return previous.byID[entry.ID], nil
	}

	pair, err := tls.X509KeyPair([]byte(lo.FromPtr(entry.Chain)), []byte(lo.FromPtr(entry.Key)))
	if err != nil {
		return certificate{source: entry}, err
	}

	return certificate{source: entry, loaded: &pair}, nil
}

// lookup returns the certificate of a server name, or nil. A hostname's own one wins over the wildcard above it.
func (c *certificates) lookup(name string) *tls.Certificate {
	if c == nil {
		return nil
	}

	hostname, err := normalizeHost(name)
	if err != nil {
		return nil
	}

	if found := c.byName[hostname]; found != nil {
		return found
	}

	if _, parent, ok := strings.Cut(hostname, "."); ok {
		return c.byName[wildcard+parent]
	}

	return nil
}
