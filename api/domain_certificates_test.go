package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/workflows"
)

// issue makes a certificate that has signed itself, as PEM.
func issue(t *testing.T, hostname string) (chain, key string) {
	t.Helper()

	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{hostname}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(240 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)

	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func jsonText(t *testing.T, text string) string {
	t.Helper()

	encoded, err := json.Marshal(text)
	require.NoError(t, err)

	return string(encoded)
}

// hostname is that of the world's domain.
func (w *world) hostname(t *testing.T) (hostname string) {
	t.Helper()
	require.NoError(t, w.bundle.pool.QueryRow(t.Context(), "SELECT hostname FROM domains WHERE id = $1", w.id("domain_id")).Scan(&hostname))

	return hostname
}

// edgeCertificates is what the edge is told that has a version; nil: it has none.
func (b *testBundle) edgeCertificates(t *testing.T, version *string) *client.GetEdgeCertificatesResponse {
	t.Helper()

	answer, err := b.edge.GetEdgeCertificatesWithResponse(t.Context(), &client.GetEdgeCertificatesParams{IfNoneMatch: version})
	require.NoError(t, err)

	return answer
}

func TestUploadedCertificate_ReachesEdges_OnceItsDomainIsProven(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	domain := b.domain(t, b.owner, project.ID, "shop.example.org").ID
	chain, key := issue(t, "shop.example.org")

	put := func(chain, key string) *client.PutDomainCertificateResponse {
		answer, err := b.owner.PutDomainCertificateWithResponse(t.Context(), domain, client.PutDomainCertificateInputBody{Chain: chain, Key: key})
		require.NoError(t, err)

		return answer
	}

	uploaded := put(chain, key)
	require.NotNil(t, uploaded.JSON200, "%s", uploaded.Body)
	require.EqualValues(t, "expiring", uploaded.JSON200.Certificate.State)
	require.EqualValues(t, "uploaded", uploaded.JSON200.Certificate.Source)
	require.NotContains(t, string(uploaded.Body), "PRIVATE")

	// It may be there before the domain is.
	first := b.edgeCertificates(t, nil)
	require.Empty(t, first.JSON200.Certificates)

	_, err := b.pool.Exec(t.Context(), "UPDATE domains SET verified_at = now() WHERE id = $1", domain)
	require.NoError(t, err)

	second := b.edgeCertificates(t, nil)
	require.Len(t, second.JSON200.Certificates, 1)
	require.Equal(t, chain, *second.JSON200.Certificates[0].Chain)
	require.Equal(t, key, *second.JSON200.Certificates[0].Key)

	etag := second.HTTPResponse.Header.Get("ETag")
	require.Equal(t, http.StatusNotModified, b.edgeCertificates(t, &etag).StatusCode())

	var acknowledged int64
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT certificates_version FROM edges WHERE certificates_version IS NOT NULL").Scan(&acknowledged))
	require.Equal(t, second.JSON200.Version, acknowledged)

	// A certificate that has not changed comes without its chain and key.
	require.NoError(t, workflows.ChangeCertificates(t.Context(), b.queries))

	third := b.edgeCertificates(t, &etag)
	require.Len(t, third.JSON200.Certificates, 1)
	require.Nil(t, third.JSON200.Certificates[0].Chain)
	require.Nil(t, third.JSON200.Certificates[0].Key)

	// The next one takes its place, and is removed with its key.
	chain, key = issue(t, "*.example.org")
	require.NotNil(t, put(chain, key).JSON200)
	require.Equal(t, key, *b.edgeCertificates(t, &etag).JSON200.Certificates[0].Key)

	removed, err := b.owner.DeleteDomainCertificateWithResponse(t.Context(), domain)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, removed.StatusCode())
	require.Empty(t, b.edgeCertificates(t, &etag).JSON200.Certificates)

	var secrets int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM secrets WHERE kind = 'certificate_key'").Scan(&secrets))
	require.Zero(t, secrets)

	again, err := b.owner.DeleteDomainCertificateWithResponse(t.Context(), domain)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, again.StatusCode())

	refused := put(chain, "no key")
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode())
	require.Contains(t, string(refused.Body), "There is no private key in the key's file.")

	require.Equal(t, []string{"user domain.create", "user domain.certificate", "user domain.certificate", "user domain.certificate_delete"}, b.actions(t, domain))
}

func TestEdgeCertificates_VersionsFromBeforeARestoredBackup_CountAsNone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	ahead := `"1000"`
	require.NotNil(t, b.edgeCertificates(t, &ahead).JSON200)
}

func TestDomain_HTTPS_IsToldToEdges(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	generated := b.generated(t, project.ID)

	changed, err := b.owner.UpdateDomainWithResponse(t.Context(), generated, client.UpdateDomainInputBody{
		HTTPS: new(client.UpdateDomainInputBodyHTTPSRedirect), HstsSeconds: new(int32(3600)),
	})
	require.NoError(t, err)
	require.NotNil(t, changed.JSON200, "%s", changed.Body)
	require.EqualValues(t, "redirect", changed.JSON200.HTTPS)

	// Fields that a request leaves out stay as they are.
	_, err = b.owner.UpdateDomainWithResponse(t.Context(), generated, client.UpdateDomainInputBody{HstsSeconds: new(int32(0))})
	require.NoError(t, err)

	route := b.routed(t)[changed.JSON200.Hostname]
	require.Equal(t, client.RouteHTTPSRedirect, route.HTTPS)
	require.Zero(t, route.HstsSeconds)

	refused, err := b.owner.UpdateDomainWithResponse(t.Context(), generated, client.UpdateDomainInputBody{RedirectTo: new("")})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
}

func TestDomain_ShowsWhatKeepsItsCertificate(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	domain := b.domain(t, b.owner, project.ID, "shop.example.org").ID
	_, err := b.pool.Exec(t.Context(), "INSERT INTO certificates (id, domain_id, hostname, source, state, problem) VALUES ($1, $2, 'shop.example.org', 'acme', 'failed', 'Make a record.')",
		id.New(), domain)
	require.NoError(t, err)

	list, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, &client.ListDomainsParams{Hostname: new("shop.example.org")})
	require.NoError(t, err)
	require.Equal(t, &client.DomainCertificate{Source: "acme", State: "failed", Message: new("Make a record.")}, list.JSON200.Items[0].Certificate)
}
