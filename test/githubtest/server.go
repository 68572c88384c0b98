package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// Server is a fake GitHub on loopback that ends with the test.
type Server struct {
	*fakegithub.Server

	// URL is where its web pages are, without a slash at its end, and APIURL where its REST API is.
	URL, APIURL string
	Clock       *Clock
}

// oneKey is the key of all apps of the tests: to make one takes a tenth of a second.
var oneKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	const bits = 2048

	return rsa.GenerateKey(rand.Reader, bits)
})

// New starts a server without any account. Its clock stands still until the test moves it.
func New(t *testing.T) *Server {
	t.Helper()

	return WithLimits(t, fakegithub.DefaultLimits())
}

// WithLimits is New with other limits than GitHub's.
func WithLimits(t *testing.T, limits fakegithub.Limits) *Server {
	t.Helper()

	clock := &Clock{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}

	fake, err := fakegithub.New(fakegithub.Options{Directory: t.TempDir(), Now: clock.Now, Limits: &limits, NewKey: oneKey})
	require.NoError(t, err)

	server := httptest.NewServer(asDescribed(t, fake))
	t.Cleanup(server.Close)

	return &Server{Server: fake, URL: server.URL, APIURL: server.URL + "/api/v3", Clock: clock}
}

// Transport reaches the server, which is on loopback, by the product's own way out.
func Transport() http.RoundTripper {
	return egress.Dialer{Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}}.Transport()
}

// Example is what most tests begin with: an app that may read and report, installed on an organization with a private repository that has one commit.
type Example struct {
	App          fakegithub.App
	Installation int64
	Repository   int64
	// Commit is the head of the branch main.
	Commit string
}

// Logins and names of an example.
const (
	Owner        = "ada"
	Developer    = "ben"
	Stranger     = "eve"
	Organization = "acme"
	Name         = "shop"
)

// Permissions are what the platform's App asks for.
func Permissions() map[string]string {
	return map[string]string{"contents": "read", "statuses": "write", "deployments": "write", "pull_requests": "write", "members": "read", "emails": "read"}
}

// NewExample makes an example: ada administers the organization acme, to which ben belongs as well; eve does not.
func (s *Server) NewExample(t *testing.T) Example {
	t.Helper()

	for _, login := range []string{Owner, Developer, Stranger} {
		s.AddUser(login)
	}

	s.AddOrganization(Organization, Owner)
	s.SetMember(Organization, Developer, fakegithub.RoleMember)

	app, err := s.AddApp(Owner, fakegithub.Manifest{
		Name: "Zeitwork", URL: "https://zeitwork.example", CallbackURLs: []string{"https://zeitwork.example/v1/auth/callback"},
		SetupURL: "https://zeitwork.example/v1/github/installed", Public: true, DefaultPermissions: Permissions(),
	})
	require.NoError(t, err)

	repository := s.AddRepository(fakegithub.Repository{Owner: Organization, Name: Name, Private: true})

	return Example{
		App: app, Repository: repository, Installation: s.Install(app.ID, Organization),
		Commit: s.Push(repository, "main", fakegithub.Commit{Message: "first", Files: fakegithub.Text(map[string]string{"package.json": "{}\n"})}),
	}
}
