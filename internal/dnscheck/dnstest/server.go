// Package dnstest is a name server for tests.
package dnstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// Server answers with the records that a test has set, over UDP and TCP on loopback.
type Server struct {
	// Address is where it answers.
	Address string

	end []func()

	mutex   sync.Mutex
	records map[string][]dns.RR
	failure int
	asked   int
}

// New returns a server that runs until the test ends.
func New(t *testing.T) *Server {
	t.Helper()

	server, err := Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(server.Close)

	return server
}

// Start returns a server that runs until Close.
func Start(ctx context.Context) (*Server, error) {
	packets, stream, err := listen(ctx)
	if err != nil {
		return nil, err
	}

	server := &Server{Address: packets.LocalAddr().String(), records: map[string][]dns.RR{}}

	for _, listening := range []*dns.Server{{PacketConn: packets, Handler: server}, {Listener: stream, Handler: server}} {
		started, ended := make(chan struct{}), make(chan struct{})
		listening.NotifyStartedFunc = func() { close(started) }

		go func() {
			defer close(ended)

			_ = listening.ActivateAndServe()
		}()

		<-started

		server.end = append(server.end, func() {
			_ = listening.Shutdown()
			<-ended
		})
	}

	return server, nil
}

// Close ends the server.
func (s *Server) Close() {
	for _, end := range s.end {
		end()
	}
}

// listen takes a port that is free for both, UDP and TCP.
func listen(ctx context.Context) (net.PacketConn, net.Listener, error) {
	const tries = 20

	for range tries {
		packets, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, fmt.Errorf("listen for a name server: %w", err)
		}

		stream, err := (&net.ListenConfig{}).Listen(ctx, "tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, stream, nil
		}

		if err := packets.Close(); err != nil {
			return nil, nil, fmt.Errorf("give a port back: %w", err)
		}
	}

	return nil, nil, errors.New("no port is free for UDP and TCP")
}

// Set is Put for tests.
func (s *Server) Set(t *testing.T, name string, records ...string) {
	t.Helper()

	require.NoError(t, s.Put(name, records...))
}

// Put puts records in the place of all that the name has. Each is written as in a zone, without its name: "TXT text", "CNAME www.example.com.".
func (s *Server) Put(name string, records ...string) error {
	parsed := make([]dns.RR, 0, len(records))

	for _, record := range records {
		rr, err := dns.NewRR(dns.Fqdn(name) + " 60 IN " + record)
		if err != nil {
			return fmt.Errorf("read the record %q of %s: %w", record, name, err)
		}

		parsed = append(parsed, rr)
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.records[dns.CanonicalName(name)] = parsed

	return nil
}

// Fail has the server answer every question with a code, such as dns.RcodeServerFailure; 0: no more.
func (s *Server) Fail(code int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.failure = code
}

// Asked is how many questions the server was asked.
func (s *Server) Asked() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return s.asked
}

// ServeDNS answers one question, along CNAME records as recursive servers do.
func (s *Server) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.asked++

	answer := new(dns.Msg).SetReply(question)
	answer.Rcode = s.failure

	if s.failure == 0 {
		s.collect(answer, question.Question[0].Name, question.Question[0].Qtype)
	}

	if _, overUDP := w.RemoteAddr().(*net.UDPAddr); overUDP {
		size := dns.MinMsgSize
		if extended := question.IsEdns0(); extended != nil {
			size = int(extended.UDPSize())
		}

		answer.Truncate(size)
	}

	_ = w.WriteMsg(answer)
}

func (s *Server) collect(answer *dns.Msg, name string, kind uint16) {
	records, there := s.records[dns.CanonicalName(name)]
	if _, parent, _ := strings.Cut(name, "."); !there {
		records, there = s.records["*."+dns.CanonicalName(parent)]
	}

	if !there && len(answer.Answer) == 0 {
		answer.Rcode = dns.RcodeNameError
	}

	for _, record := range records {
		copied := dns.Copy(record)
		copied.Header().Name = name

		if copied.Header().Rrtype == kind {
			answer.Answer = append(answer.Answer, copied)
		}

		if alias, ok := copied.(*dns.CNAME); ok && kind != dns.TypeCNAME && len(answer.Answer) < 10 {
			answer.Answer = append(answer.Answer, copied)
			s.collect(answer, alias.Target, kind)
		}
	}
}
