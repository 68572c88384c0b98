package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/coder/websocket"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/test/rig"
)

// hostname is the one of the app, readerName that of the app for WebSockets and bodies. Clients of TLS have to find the address of the first by themselves.
const hostname, readerName = "localhost", "reader.example.com"

const mebi = 1 << 20

// sizes are the files of the app, in bytes.
var sizes = map[string]int{"100k": 100_000, "100m": 100 * mebi} //nolint:gochecknoglobals,mnd // A constant, as the names say.

// stage is the app and the proxies before it.
type stage struct {
	home   process.Home
	app    string // The address of the app.
	appPID int
	reader string // That of the app for WebSockets and bodies, which nginx would not read.
	// certificate is the one of hostname.
	certificate certificate
	proxies     []*proxy
	// nginxRate is how many small answers nginx gives in a second; 0: it was not measured yet.
	nginxRate float64
	closers   []func(context.Context) error
}

// proxy is one that is measured.
type proxy struct {
	name string
	// http and https are its addresses; without TLS the second is empty.
	http, https string
	process     *process.Process
}

// encrypted is the URL of the app by TLS, in which the proxy is named as its certificate has it.
func (p *proxy) encrypted() string {
	_, port, _ := strings.Cut(p.https, ":")

	return "https://" + hostname + ":" + port + "/"
}

func (s *stage) start(ctx context.Context, names []string) error {
	var err error
	if s.certificate, err = newCertificate(string(s.home)); err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}

	if err := s.startApp(ctx); err != nil {
		return err
	}

	for _, kind := range []struct {
		name  string
		start func(context.Context) (*proxy, error)
	}{
		{nginxName, s.startNginx}, {"haproxy", s.startHAProxy}, {"reverseproxy", s.startReverseProxy}, {edgeName, s.startEdge}, {"edge-net/http", s.startSlowEdge},
	} {
		if len(names) > 0 && !slices.Contains(names, kind.name) {
			continue
		}

		p, err := kind.start(ctx)
		if err != nil {
			return fmt.Errorf("start %s: %w", kind.name, err)
		}

		p.name = kind.name
		s.proxies = append(s.proxies, p)
		s.closers = append(s.closers, p.process.Stop)
	}

	if len(s.proxies) == 0 {
		return errors.New("there is no proxy of that name")
	}

	return nil
}

// close ends everything, the last that was begun first.
func (s *stage) close(ctx context.Context) error {
	var err error
	for _, end := range slices.Backward(s.closers) {
		err = errors.Join(err, end(ctx))
	}

	return err
}

// startApp starts both apps.
func (s *stage) startApp(ctx context.Context) error {
	folder := filepath.Join(string(s.home), "files")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}

	for name, size := range sizes {
		if err := os.WriteFile(filepath.Join(folder, name), make([]byte, size), 0o644); err != nil { //nolint:gosec // Other users' workers read it.
			return err
		}
	}

	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}

	started, err := s.nginx(ctx, "app", address, appConfig, nil)
	if err != nil {
		return fmt.Errorf("start the app: %w", err)
	}

	s.app, s.appPID = address, started.PID()
	s.closers = append(s.closers, started.Stop)

	reader := httptest.NewServer(http.HandlerFunc(read))
	s.reader = reader.Listener.Addr().String()
	s.closers = append(s.closers, func(context.Context) error {
		reader.CloseClientConnections()
		reader.Close()

		return nil
	})

	return nil
}

// read reads the body of a request, or sends the messages of a WebSocket back.
func read(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		_, _ = io.Copy(io.Discard, r.Body) // The client learns of it.

		return
	}

	connection, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // The client has been told.
	}
	defer func() { _ = connection.CloseNow() }()

	for {
		kind, message, err := connection.Read(r.Context())
		if err != nil {
			return // The client has left.
		}

		if connection.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}

// run starts a program that listens on an address.
func (s *stage) run(ctx context.Context, name, address string, environment []string, program string, arguments ...string) (*process.Process, error) {
	return s.home.Start(ctx, process.Spec{
		Name: name, Program: program, Arguments: arguments, Environment: environment, Address: address,
		Ready: func(ctx context.Context) error {
			connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err != nil {
				return err
			}

			return connection.Close()
		},
	})
}

// freeAddress returns an address of loopback on which nothing listens.
func freeAddress(ctx context.Context) (string, error) {
	port, err := rig.FreePort(ctx)

	return fmt.Sprintf("127.0.0.1:%d", port), err
}

// freeAddresses returns one for plain HTTP and one for TLS.
func freeAddresses(ctx context.Context) (plain, encrypted string, err error) {
	if plain, err = freeAddress(ctx); err != nil {
		return "", "", err
	}

	encrypted, err = freeAddress(ctx)

	return plain, encrypted, err
}

// write fills a template of a configuration in, and returns the name of the file.
func (s *stage) write(name, text string, values map[string]string) (string, error) {
	var filled strings.Builder
	if err := template.Must(template.New(name).Parse(text)).Execute(&filled, values); err != nil {
		return "", err
	}

	file := filepath.Join(string(s.home), name)

	return file, os.WriteFile(file, []byte(filled.String()), 0o644) //nolint:gosec // Other users' workers read it.
}
