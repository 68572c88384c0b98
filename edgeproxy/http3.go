package edgeproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// lastAnswers is how long clients may take to take the ends of their answers, and to go, when the edge has drained.
	lastAnswers = time.Second
	// announcedFor is for how long browsers remember that the edge serves HTTP/3, in seconds. It is short, as the setting may be taken back.
	announcedFor = 3600
	// maxStreams3 is how many requests a client may have under way on a connection. There are fewer than by HTTP/2, as the time is not bounded in which the
	// head of one arrives while others are answered.
	maxStreams3 = 100
)

// http3Front serves HTTP/3 on UDP, at the port of the listener for TLS and with its certificates. It is nil where the edge serves none.
type http3Front struct {
	server  *http3.Server
	packets net.PacketConn
	logger  *slog.Logger

	stopped chan error
	// gone is closed when all clients are gone that were told to go; closing ends that time.
	gone    chan struct{}
	closing context.CancelFunc
}

// checkHTTP3 returns an error for settings that do not go together.
func (c Config) checkHTTP3() error {
	switch {
	case !c.HTTP3:
		return nil
	case c.TLSListen == "":
		return errors.New("ZEITWORK_EDGE_HTTP3 needs ZEITWORK_EDGE_TLS_LISTEN, whose port and certificates it uses")
	case len(c.ProxyProtocol) > 0:
		return errors.New("ZEITWORK_EDGE_HTTP3 cannot be used with ZEITWORK_EDGE_PROXY_PROTOCOL: balancers say of no packet of UDP who has sent it")
	default:
		return nil
	}
}

// listenHTTP3 opens the socket beside that for TLS.
func (p *Proxy) listenHTTP3(ctx context.Context) (*http3Front, error) {
	if !p.config.HTTP3 {
		return nil, nil //nolint:nilnil // The edge serves none.
	}

	packets, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", p.encryption.listener.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("ZEITWORK_EDGE_HTTP3: %w", err)
	}

	return &http3Front{packets: packets, logger: p.logger, stopped: make(chan error, 1), gone: make(chan struct{})}, nil
}

// begin serves until close, as the server does that serves what comes by TCP. It returns the channel on which the end of serving is told.
func (f *http3Front) begin(alive context.Context, p *Proxy, server *http.Server) <-chan error {
	if f == nil {
		return nil
	}

	f.server = &http3.Server{
		Handler: watched(withoutEmptyBody(server.Handler, p.handler.bounds.pace.within(readHeaderTimeout))), MaxHeaderBytes: maxHeaderBytes,
		Logger:     slog.New(slog.DiscardHandler),
		TLSConfig:  &tls.Config{MinVersion: tls.VersionTLS13, GetConfigForClient: p.encryption.admitQUIC},
		QUICConfig: &quic.Config{HandshakeIdleTimeout: readHeaderTimeout, MaxIdleTimeout: idleTimeout, MaxIncomingStreams: maxStreams3},
		ConnContext: func(ctx context.Context, c *quic.Conn) context.Context {
			ending, end := context.WithCancel(ctx)
			forget := context.AfterFunc(alive, end)
			idle := newIdleWatch(p.idle3, func() { _ = c.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeNoError), "idle") })

			context.AfterFunc(c.Context(), func() {
				forget()
				end()
				idle.stop()
			})

			return context.WithValue(ending, idleWatchKey{}, idle)
		},
	}

	go func() { f.stopped <- f.server.Serve(f.packets) }()

	return f.stopped
}

// goAway has clients begin no more requests.
func (f *http3Front) goAway() {
	if f == nil {
		return
	}

	waiting, stop := context.WithCancel(context.Background())
	f.closing = stop

	go func() {
		defer close(f.gone)

		// It ends with an error where clients have not gone by themselves.
		_ = f.server.Shutdown(waiting)
	}()
}

// close ends serving: what is under way is cut off.
func (f *http3Front) close() {
	if f == nil {
		return
	}

	if f.closing != nil {
		select {
		case <-f.gone:
		case <-time.After(lastAnswers):
		}

		f.closing()
		<-f.gone
	}

	var err error
	if f.server != nil {
		err = f.server.Close()
	}

	if err := errors.Join(err, ignoreClosed(f.packets.Close())); err != nil {
		f.logger.Warn("serving HTTP/3 did not end well", logging.Error(err))
	}
}

// announced tells those who come by TLS that the edge serves HTTP/3 at the same port. Behind a proxy, that is not where its clients come.
func (f *http3Front) announced(next http.Handler, by forwarding) http.Handler {
	if f == nil {
		return next
	}

	address, _ := f.packets.LocalAddr().(*net.UDPAddr)
	value := `h3=":` + strconv.Itoa(address.Port) + `"; ma=` + strconv.Itoa(announcedFor)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && by.standingOf(peerOf(r)) == fromStranger {
			w.Header().Set("Alt-Svc", value)
		}

		next.ServeHTTP(w, r)
	})
}
