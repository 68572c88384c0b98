package fakegithub

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Options say how a server is run. The zero value is ready for use.
type Options struct {
	// Directory is where repositories are written for git; empty for a new temporary one.
	Directory string
	// Now is the server's clock; nil for time.Now.
	Now func() time.Time
	// Limits are those of GitHub where they are nil.
	Limits *Limits
	// NewKey makes the keys of apps, which takes a while; nil for a new one each.
	NewKey func() (*rsa.PrivateKey, error)
}

// Server is a GitHub. Its methods may be called at any time, by several goroutines.
type Server struct {
	now       func() time.Time
	directory string
	isOwnDir  bool
	newKey    func() (*rsa.PrivateKey, error)
	// api answers what is below /api, web all else.
	api, web http.Handler

	// mutex guards everything below. Requests hold it while they are answered, except where they wait or run git.
	mutex         sync.Mutex
	lastID        int64
	accounts      map[int64]*account
	apps          map[int64]*app
	installations map[int64]*installation
	repositories  map[int64]*repository
	// renamed are the ids of repositories by the names that they had, in lower case.
	renamed map[string]int64
	objects objectStore
	tokens  map[string]*token
	grants  map[string]*grant
	devices map[string]*deviceGrant
	// manifests are the codes for apps that were made from a manifest.
	manifests map[string]*manifestCode

	// parsed are queries that were read, by their text.
	parsed map[string]*ast.QueryDocument

	usage  *usage
	faults *faults
}

// New returns a server without any account.
func New(options Options) (*Server, error) {
	s := &Server{
		now: options.Now, directory: options.Directory, newKey: options.NewKey,
		accounts: map[int64]*account{}, apps: map[int64]*app{}, installations: map[int64]*installation{}, repositories: map[int64]*repository{},
		renamed: map[string]int64{}, objects: objectStore{}, tokens: map[string]*token{}, grants: map[string]*grant{}, devices: map[string]*deviceGrant{},
		manifests: map[string]*manifestCode{}, parsed: map[string]*ast.QueryDocument{}, faults: &faults{},
	}

	if s.now == nil {
		s.now = time.Now
	}

	if s.newKey == nil {
		s.newKey = newAppKey
	}

	limits := DefaultLimits()
	if options.Limits != nil {
		limits = *options.Limits
	}

	s.usage = newUsage(limits)

	if s.directory == "" {
		directory, err := os.MkdirTemp("", "fakegithub-")
		if err != nil {
			return nil, fmt.Errorf("make a directory for repositories: %w", err)
		}

		s.directory, s.isOwnDir = directory, true
	}

	s.api, s.web = s.routes(), s.pages()

	return s, nil
}

// Close removes the directory that New made.
func (s *Server) Close() error {
	if !s.isOwnDir {
		return nil
	}

	return os.RemoveAll(s.directory)
}

// ServeHTTP answers as GitHub does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Nobody has a password here, so that nobody else may come.
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !from.Addr().Unmap().IsLoopback() {
		http.Error(w, "This server is for the machine that it runs on.", http.StatusForbidden)

		return
	}

	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.api.ServeHTTP(w, r)
	} else {
		s.web.ServeHTTP(w, r)
	}
}

// newID returns an id that nothing else has; the mutex is held.
func (s *Server) newID() int64 {
	const step = 7 // So that no caller comes to rely on ids without gaps.

	s.lastID += step

	return s.lastID
}

// locked runs what people do on GitHub.
func (s *Server) locked(do func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	do()
}
