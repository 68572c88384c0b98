package authority_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/activities/authority/authoritytest"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
)

const hostname = "shop.example.org"

// testBundle is an authority, and a site that it looks at.
type testBundle struct {
	server    *authoritytest.Server
	names     *dnstest.Server
	authority *authority.Authority
	account   authority.Account

	mutex   sync.Mutex
	answers map[string]string
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	b := &testBundle{names: dnstest.New(t), answers: map[string]string{}}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	site := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mutex.Lock()
		defer b.mutex.Unlock()

		_, _ = io.WriteString(w, b.answers[strings.TrimPrefix(r.URL.Path, "/.well-known/acme-challenge/")])
	})}

	go func() { _ = site.Serve(listener) }()

	t.Cleanup(func() { _ = site.Close() })

	b.server = authoritytest.New(t, b.names.Address, listener.Addr().(*net.TCPAddr).Port)
	b.names.Set(t, hostname, "A 127.0.0.1")

	b.authority, err = authority.New(authority.Config{DirectoryURL: b.server.DirectoryURL, Contact: "ops@example.org"}, b.server.Transport)
	require.NoError(t, err)

	b.account.Key = newKey(t)
	b.account.URL, err = b.authority.Register(t.Context(), b.account.Key)
	require.NoError(t, err)

	return b
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	return key
}

// order orders a certificate and has the site answer.
func (b *testBundle) order(t *testing.T) authority.Order {
	t.Helper()

	order, err := b.authority.Order(t.Context(), b.account, hostname, authority.ByHTTP)
	require.NoError(t, err)
	require.Len(t, order.Challenges, 1)
	require.Equal(t, hostname, order.Challenges[0].Hostname)

	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.answers[order.Challenges[0].Token] = order.Challenges[0].KeyAuthorization

	return order
}

func TestAuthority_EachStepRunTwice_EndsWithTheSameCertificate(t *testing.T) {
	t.Parallel()

	b, key := setup(t), newKey(t)

	again, err := b.authority.Register(t.Context(), b.account.Key)
	require.NoError(t, err)
	require.Equal(t, b.account.URL, again)

	order := b.order(t)

	for range 2 {
		require.NoError(t, b.authority.Validate(t.Context(), b.account, order.URL, authority.ByHTTP))
	}

	first, err := b.authority.Finalize(t.Context(), b.account, order.URL, hostname, key)
	require.NoError(t, err)
	second, err := b.authority.Finalize(t.Context(), b.account, order.URL, hostname, key)
	require.NoError(t, err)
	require.Equal(t, first, second)

	block, _ := pem.Decode([]byte(first))
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	require.NoError(t, leaf.VerifyHostname(hostname))
	require.True(t, key.PublicKey.Equal(leaf.PublicKey))

	// The authority's window ends before the certificate does, and begins behind its first half.
	early, late := b.authority.RenewAt(t.Context(), leaf, 0), b.authority.RenewAt(t.Context(), leaf, 1)
	require.True(t, early.Before(late) && late.Before(leaf.NotAfter))
	require.NotEqual(t, twoThirds(leaf), early)

	b.server.Away.Store(true)
	require.Equal(t, twoThirds(leaf), b.authority.RenewAt(t.Context(), leaf, 0))
}

func twoThirds(leaf *x509.Certificate) time.Time {
	return leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3)
}

func TestAuthority_WhatGoesWrong_IsExplained(t *testing.T) {
	t.Parallel()

	b := setup(t)

	wrong := b.order(t)
	b.mutex.Lock()
	clear(b.answers)
	b.mutex.Unlock()

	trouble := authority.Explain(b.authority.Validate(t.Context(), b.account, wrong.URL, authority.ByHTTP), hostname, authority.ByHTTP)
	require.True(t, trouble.Failed && trouble.Unreachable)
	require.Contains(t, trouble.Sentence, "did not find this platform at "+hostname)

	_, err := b.authority.Finalize(t.Context(), b.account, wrong.URL, hostname, newKey(t))
	require.True(t, authority.Explain(err, hostname, authority.ByHTTP).Failed)

	unknown := b.order(t)
	b.names.Set(t, hostname)

	trouble = authority.Explain(b.authority.Validate(t.Context(), b.account, unknown.URL, authority.ByHTTP), hostname, authority.ByHTTP)
	require.True(t, trouble.Failed && trouble.Unreachable)

	_, err = b.authority.Order(t.Context(), b.account, "not_a_hostname", authority.ByHTTP)
	trouble = authority.Explain(err, "not_a_hostname", authority.ByHTTP)
	require.True(t, trouble.Failed && !trouble.Unreachable)

	b.server.Limited.Store(true)
	_, err = b.authority.Order(t.Context(), b.account, hostname, authority.ByHTTP)
	trouble = authority.Explain(err, hostname, authority.ByHTTP)
	require.True(t, trouble.Failed)
	require.Equal(t, 2*time.Hour, trouble.Again)
	require.Contains(t, trouble.Sentence, "too many certificates already issued")

	b.server.Away.Store(true)
	_, err = b.authority.Order(t.Context(), b.account, hostname, authority.ByHTTP)
	trouble = authority.Explain(err, hostname, authority.ByHTTP)
	require.False(t, trouble.Failed)
	require.Positive(t, trouble.Again)
}

func TestAuthority_Wildcards_AreShownByDNS(t *testing.T) {
	t.Parallel()

	const wildcard = "*." + hostname

	b := setup(t)

	_, err := b.authority.Order(t.Context(), b.account, wildcard, authority.ByHTTP)
	require.Contains(t, authority.Explain(err, wildcard, authority.ByHTTP).Sentence, "does not offer to look at *.shop.example.org by http-01")

	missing, err := b.authority.Order(t.Context(), b.account, wildcard, authority.ByDNS)
	require.NoError(t, err)

	trouble := authority.Explain(b.authority.Validate(t.Context(), b.account, missing.URL, authority.ByDNS), wildcard, authority.ByDNS)
	require.True(t, trouble.Failed)
	require.False(t, trouble.Unreachable)
	require.Contains(t, trouble.Sentence, "did not find the record TXT _acme-challenge.shop.example.org that was made")

	order, err := b.authority.Order(t.Context(), b.account, wildcard, authority.ByDNS)
	require.NoError(t, err)
	require.Len(t, order.Challenges, 1)

	shown := order.Challenges[0]
	require.Equal(t, "_acme-challenge.shop.example.org", shown.Record)
	b.names.Set(t, shown.Record, "TXT another", "TXT "+shown.Text)

	require.NoError(t, b.authority.Validate(t.Context(), b.account, order.URL, authority.ByDNS))

	key := newKey(t)
	chain, err := b.authority.Finalize(t.Context(), b.account, order.URL, wildcard, key)
	require.NoError(t, err)

	block, _ := pem.Decode([]byte(chain))
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	require.Equal(t, []string{wildcard}, leaf.DNSNames)
}

func TestNew_RefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()

	off, err := authority.New(authority.Config{}, nil)
	require.NoError(t, err)
	require.Nil(t, off)

	const directory = "https://acme.example/directory"

	for want, config := range map[string]authority.Config{
		"must be an https URL": {DirectoryURL: "http://acme.example/directory"},
		"must be set together": {DirectoryURL: directory, EABKeyID: "one"},
		"must be base64url":    {DirectoryURL: directory, EABKeyID: "one", EABKey: "!"},
	} {
		_, err := authority.New(config, nil)
		require.ErrorContains(t, err, want)
	}

	_, err = authority.New(authority.Config{DirectoryURL: directory, EABKeyID: "one", EABKey: "c2VjcmV0"}, nil)
	require.NoError(t, err)
}
