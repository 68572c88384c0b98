// Package authority orders certificates from a certificate authority that speaks ACME (RFC 8555). Each of its functions is safe to run twice, and none
// keeps anything: what has to outlast a crash is the caller's to store.
package authority

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
)

const (
	// requestTimeout bounds one request to the authority.
	requestTimeout = 30 * time.Second
	// nonceTries is how often a request is sent whose nonce the authority does not take, as it may at any time.
	nonceTries = 10
	nonceRest  = 50 * time.Millisecond
)

// Way is how the authority is shown whose a hostname is.
type Way string

const (
	// ByHTTP has it ask the hostname itself.
	ByHTTP Way = "http-01"
	// ByDNS has it look for a record of the hostname, which is the only way for wildcards.
	ByDNS Way = "dns-01"
)

// Config says whom certificates are ordered from.
//
//nolint:lll // One variable a line.
type Config struct {
	DirectoryURL string `doc:"Directory of the certificate authority (ACME), such as https://acme-v02.api.letsencrypt.org/directory; by setting it you accept the authority's terms of service. Empty: no certificates are ordered." env:"ZEITWORK_ACME_DIRECTORY"`
	Contact      string `doc:"Mail address that the authority may write to; empty: it gets none." env:"ZEITWORK_ACME_CONTACT"`
	EABKeyID     string `doc:"Key id of an account that was made at the authority before (external account binding)." env:"ZEITWORK_ACME_EAB_KEY_ID"`
	EABKey       string `doc:"The key that goes with it, in base64url." env:"ZEITWORK_ACME_EAB_KEY"`
}

// Authority is a certificate authority.
type Authority struct {
	config Config
	eab    *acme.ExternalAccountBinding
	http   *http.Client
}

// Account is the platform's account with the authority.
type Account struct {
	Key crypto.Signer
	// URL is what the authority calls it; empty before it is registered.
	URL string
}

// Challenge is what a hostname has to show. A wildcard's is that of the domain above it.
type Challenge struct {
	Hostname, Token string
	// KeyAuthorization is to be answered on /.well-known/acme-challenge/ and the token, by HTTP.
	KeyAuthorization string
	// Record is the name of a TXT record, and Text what it has to hold, by DNS.
	Record, Text string
}

// Order is one that the authority has taken.
type Order struct {
	URL string
	// Challenges are none where the authority has seen before whose the hostname is.
	Challenges []Challenge
}

// New returns the authority of the configuration, and nil where it names none. The transport may be nil.
func New(config Config, transport http.RoundTripper) (*Authority, error) {
	if config.DirectoryURL == "" {
		return nil, nil //nolint:nilnil // No certificates are ordered.
	}

	if !strings.HasPrefix(config.DirectoryURL, "https://") {
		return nil, errors.New("ZEITWORK_ACME_DIRECTORY must be an https URL")
	}

	a := &Authority{config: config, http: &http.Client{Timeout: requestTimeout, Transport: transport}}

	if (config.EABKeyID == "") != (config.EABKey == "") {
		return nil, errors.New("ZEITWORK_ACME_EAB_KEY_ID and ZEITWORK_ACME_EAB_KEY must be set together")
	}

	if config.EABKeyID != "" {
		key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(config.EABKey, "="))
		if err != nil {
			return nil, errors.New("ZEITWORK_ACME_EAB_KEY must be base64url")
		}

		a.eab = &acme.ExternalAccountBinding{KID: config.EABKeyID, Key: key}
	}

	return a, nil
}

// Directory is the URL by which the authority is known.
func (a *Authority) Directory() string { return a.config.DirectoryURL }

func (a *Authority) client(account Account) *acme.Client {
	return &acme.Client{
		Key: account.Key, KID: acme.KeyID(account.URL), DirectoryURL: a.config.DirectoryURL, HTTPClient: a.http, UserAgent: "zeitwork", RetryBackoff: retry,
	}
}

// retry sends a request again whose nonce was not taken. All else comes back to the caller, who waits where nothing is lost by a crash.
func retry(tries int, _ *http.Request, response *http.Response) time.Duration {
	if tries > nonceTries || response.StatusCode != http.StatusBadRequest {
		return -1
	}

	return nonceRest
}

// Register makes the account known to the authority, and returns what it calls it. It also finds an account that was registered before.
func (a *Authority) Register(ctx context.Context, key crypto.Signer) (string, error) {
	wanted := &acme.Account{ExternalAccountBinding: a.eab}
	if a.config.Contact != "" {
		wanted.Contact = []string{"mailto:" + a.config.Contact}
	}

	client := a.client(Account{Key: key})

	_, err := client.Register(ctx, wanted, acme.AcceptTOS)
	if err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return "", fmt.Errorf("register an account: %w", err)
	}

	return string(client.KID), nil
}

// Order orders a certificate for a hostname, which is to be shown to the authority one way.
func (a *Authority) Order(ctx context.Context, account Account, hostname string, way Way) (Order, error) {
	client := a.client(account)

	taken, err := client.AuthorizeOrder(ctx, acme.DomainIDs(hostname))
	if err != nil {
		return Order{}, fmt.Errorf("order a certificate: %w", err)
	}

	order := Order{URL: taken.URI}

	for _, url := range taken.AuthzURLs {
		authorization, err := client.GetAuthorization(ctx, url)
		if err != nil {
			return Order{}, fmt.Errorf("read an authorization: %w", err)
		}

		if authorization.Status == acme.StatusValid {
			continue
		}

		challenge, err := toShow(client, authorization, way)
		if err != nil {
			return Order{}, err
		}

		order.Challenges = append(order.Challenges, challenge)
	}

	return order, nil
}

var errNoChallenge = errors.New("the authority offers no challenge of the kind that is wanted")

// toShow returns the challenge of an authorization.
func toShow(client *acme.Client, authorization *acme.Authorization, way Way) (Challenge, error) {
	offered := challengeOf(authorization, way)
	if offered == nil {
		return Challenge{}, errNoChallenge
	}

	var err error

	challenge := Challenge{Hostname: authorization.Identifier.Value, Token: offered.Token}

	switch way {
	case ByDNS:
		challenge.Record = "_acme-challenge." + challenge.Hostname
		challenge.Text, err = client.DNS01ChallengeRecord(offered.Token)
	case ByHTTP:
		challenge.KeyAuthorization, err = client.HTTP01ChallengeResponse(offered.Token)
	}

	return challenge, err
}

func challengeOf(authorization *acme.Authorization, way Way) *acme.Challenge {
	for _, offered := range authorization.Challenges {
		if offered.Type == string(way) {
			return offered
		}
	}

	return nil
}

// Validate has the authority look at the challenges of an order, which are shown the way that was ordered, and waits for what it finds.
func (a *Authority) Validate(ctx context.Context, account Account, orderURL string, way Way) error {
	client := a.client(account)

	order, err := client.GetOrder(ctx, orderURL)
	if err != nil {
		return fmt.Errorf("read the order: %w", err)
	}

	for _, url := range order.AuthzURLs {
		authorization, err := client.GetAuthorization(ctx, url)
		if err != nil {
			return fmt.Errorf("read an authorization: %w", err)
		}

		if offered := challengeOf(authorization, way); authorization.Status == acme.StatusPending && offered != nil && offered.Status == acme.StatusPending {
			if _, err := client.Accept(ctx, offered); err != nil {
				return fmt.Errorf("ask for validation: %w", err)
			}
		}

		if _, err := client.WaitAuthorization(ctx, url); err != nil {
			return fmt.Errorf("wait for validation: %w", err)
		}
	}

	return nil
}

// Finalize returns the certificate of an order whose challenges were found right, with those that lead to its root, as PEM. The key is the certificate's.
func (a *Authority) Finalize(ctx context.Context, account Account, orderURL, hostname string, key crypto.Signer) (string, error) {
	client := a.client(account)

	order, err := client.WaitOrder(ctx, orderURL)
	if err != nil {
		return "", fmt.Errorf("wait for the order: %w", err)
	}

	// An order that is valid was finalized before, and what came of that was lost.
	if order.Status != acme.StatusValid {
		if order, err = finalize(ctx, client, order, orderURL, hostname, key); err != nil {
			return "", err
		}
	}

	chain, err := client.FetchCert(ctx, order.CertURL, true)
	if err != nil {
		return "", fmt.Errorf("fetch the certificate: %w", err)
	}

	return encode(chain), nil
}

// finalize returns the order when the authority has issued its certificate.
func finalize(ctx context.Context, client *acme.Client, order *acme.Order, orderURL, hostname string, key crypto.Signer) (*acme.Order, error) {
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{hostname}}, key)
	if err != nil {
		return nil, fmt.Errorf("make the request for the certificate: %w", err)
	}

	// The client waits at the address that the answer names, and an authority need not name one: whether it has failed shows the order itself.
	_, _, finalizing := client.CreateOrderCert(ctx, order.FinalizeURL, request, true)

	issued, err := client.WaitOrder(ctx, orderURL)
	if err != nil {
		return nil, fmt.Errorf("wait for the certificate: %w", err)
	}

	if issued.Status != acme.StatusValid {
		return nil, fmt.Errorf("finalize the order: %w", cmp.Or(finalizing, errNotIssued))
	}

	return issued, nil
}

var errNotIssued = errors.New("the authority has not issued the certificate")

func encode(chain [][]byte) string {
	var text strings.Builder

	for _, der := range chain {
		// A strings.Builder takes all that is written.
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}

	return text.String()
}
