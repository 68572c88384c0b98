package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"golang.org/x/sync/errgroup"
	"riverqueue.com/riverui"

	"github.com/zeitwork/zeitwork/api/install"
	"github.com/zeitwork/zeitwork/api/internal/signin"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/docs/site"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/web"
)

const (
	readHeaderTimeout = 10 * time.Second
	// formTimeout is how long a form may take to arrive. http.Server's ReadTimeout would end long-polls and streams, too; Huma bounds
	// the bodies of the operations.
	formTimeout = 5 * time.Second
	// WriteTimeout is longer than the longest long-poll; streams set deadlines of their own.
	WriteTimeout   = 90 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
	// DrainTimeout is how long requests may take to end when the server stops.
	DrainTimeout = 10 * time.Second
	// pingTimeout is how long the database may take to answer a health check.
	pingTimeout = 2 * time.Second
)

// Parts are the other parts of the process that the API uses.
type Parts struct {
	Pool *pgxpool.Pool
	// Listener wakes long-polls and streams within milliseconds. The caller runs it.
	Listener    *database.Listener
	Deployments Workflows
	Domains     Domains
	Keyring     *keyring.Keyring
	// Apps has the platform's GitHub App, with which people also sign in.
	Apps   *githubapp.Apps
	Logger *slog.Logger
}

// Server is the API, ready to serve.
type Server struct {
	config  Config
	service *service
	river   *riverui.Handler
	handler http.Handler
}

// New returns a server on a migrated database.
func New(config Config, parts Parts) (*Server, error) {
	if err := config.checkAddress(); err != nil {
		return nil, err
	}

	signer, err := registryauth.NewSigner(config.SecretKey)
	if err != nil {
		return nil, err
	}

	riverUI, err := newRiverUI(parts.Pool, parts.Logger)
	if err != nil {
		return nil, err
	}

	requests, err := otel.Meter("zeitwork/api").Int64Counter("zeitwork.api.requests")
	if err != nil {
		return nil, fmt.Errorf("make the counter of requests: %w", err)
	}

	server := &Server{config: config, river: riverUI, service: &service{
		config: config, pool: parts.Pool, queries: database.New(parts.Pool), listener: parts.Listener, deployments: parts.Deployments,
		domains: parts.Domains, looks: newDomainLooks(), keyring: parts.Keyring,
		signer: signer, logger: parts.Logger, use: newCallerUse(config.CallerLimits), addresses: newAddressUse(config.AnonymousRequestsPerMinute),
		organisations: newOrganisationUse(), mailPages: newMailPageUse(), apps: parts.Apps,
		listings: &githubListings{known: map[int64]knownListing{}},
		provider: signin.GitHub{Apps: parts.Apps, Logger: parts.Logger}, stopping: make(chan struct{}),
		requests: requests, feed: newRouteFeed(parts.Pool), restoration: &restoration{},
	}}
	server.service.packed, server.service.edges = newPackedRoutes(server.service.feed), newEdgePolls(server.service)
	server.service.certificates = newCertificatePolls(server.service)

	server.handler = traced(requestLog(parts.Logger, requests, sameOrigin(server.routes())))

	return server, nil
}

// traced gives each request a trace of its own. One that the caller names is linked to it and not continued: anybody may call, and would decide what is
// recorded.
func traced(next http.Handler, options ...otelhttp.Option) http.Handler {
	public := otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true })

	return otelhttp.NewHandler(next, "api", append(options, public)...)
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	api := newHuma(mux, s.config.cookieName(sessionCookie))
	api.UseMiddleware(noteOperation, noStore, s.service.noteClient, s.service.authorize(api), refuseEmpty(api))
	s.service.register(api)

	mux.HandleFunc("GET /v1/registry/token", s.service.registryToken)
	mux.HandleFunc("POST /v1/registry/token", s.service.registryToken)
	mux.Handle("GET "+explorerPath, noFrames(explorer()))
	mux.Handle("/v1/", noOperation(mux))
	mux.HandleFunc("GET /healthz", s.service.healthz)
	mux.Handle("GET "+install.Path, s.service.limitedInstall(install.New(install.Options{
		APIURL: func() string { return s.service.config.at("") },
		Failed: func(request *http.Request, err error) { noteError(request.Context(), err) },
	})))

	mux.Handle(riverPath+"/", noFrames(s.service.operatorsOnly(s.river)))
	s.service.registerPages(mux)
	s.service.registerGitHubPages(mux)
	s.service.registerMailPages(mux)
	mux.Handle(documentationPath, documentation{files: site.Files(), service: s.service})
	mux.Handle("/", dashboard{files: web.Files(), service: s.service})

	return mux
}

// Handler returns the handler that Run serves.
func (s *Server) Handler() http.Handler { return s.handler }

// Run serves until ctx ends, and then lets requests end. It returns nil after an orderly stop.
func (s *Server) Run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("listen on ZEITWORK_API_LISTEN: %w", err)
	}

	if err := s.river.Start(ctx); err != nil {
		return errors.Join(fmt.Errorf("start the River UI: %w", err), listener.Close())
	}

	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: readHeaderTimeout, WriteTimeout: WriteTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(s.service.logger.Handler(), slog.LevelWarn),
	}

	s.service.logger.InfoContext(ctx, "serving the API", "address", listener.Addr().String(), "public", s.config.at(""))

	if s.config.isOpen() {
		s.service.logger.WarnContext(ctx, "people sign in over plain HTTP: set ZEITWORK_PUBLIC_URL to the https address that browsers use")
	}

	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the API: %w", err)
		}

		return nil
	})
	group.Go(func() error { return s.service.recordControlPlane(ctx) })
	group.Go(func() error {
		<-ctx.Done()
		close(s.service.stopping)

		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), DrainTimeout)
		defer cancel()

		if err := server.Shutdown(drain); err != nil {
			s.service.logger.WarnContext(ctx, "some requests did not end in time", logging.Error(err))

			return server.Close()
		}

		return nil
	})

	return group.Wait()
}

// healthz answers 200 as long as the database answers.
func (s *service) healthz(writer http.ResponseWriter, request *http.Request) {
	ctx, cancel := context.WithTimeout(request.Context(), pingTimeout)
	defer cancel()

	if err := s.pool.Ping(ctx); err != nil {
		noteError(ctx, err)
		writeJSON(writer, http.StatusServiceUnavailable, map[string]string{"status": "the database does not answer"})

		return
	}

	writeJSON(writer, http.StatusOK, map[string]string{"status": "ok"})
}

// boundForm bounds the size of a form, and the time that it may take to arrive.
func boundForm(writer http.ResponseWriter, request *http.Request, size int64) {
	request.Body = http.MaxBytesReader(writer, request.Body, size)
	// A writer without deadlines is one of a test.
	_ = http.NewResponseController(writer).SetReadDeadline(time.Now().Add(formTimeout))
}

// noFrames keeps pages out of frames of other pages, which could have an operator click on what they do not see.
func noFrames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		writer.Header().Set("X-Frame-Options", "DENY")
		writer.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
		next.ServeHTTP(writer, request)
	})
}

// noStore keeps answers that depend on the caller out of caches.
func noStore(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "no-store")
	next(ctx)
}
