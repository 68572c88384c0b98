package notify_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/internal/setting"
)

var messageID = uuid.MustParse("01900000-0000-7000-8000-0000000000aa")

// failure is a message of a deployment that failed.
func failure() notify.Message {
	return notify.Message{
		ID: messageID, Event: notify.EventFailed, At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Channel: "Team",
		Organisation: notify.Named{Slug: "acme"},
		Deployment: &notify.Deployment{
			Project: notify.Named{Slug: "shop"}, Environment: notify.Named{Slug: "production"}, URL: "https://zeitwork.example/deployments/1",
			Branch: "main", Commit: "0123456789abcdef0123456789abcdef01234567", Subject: "Show <b>prices</b> & tax\n\nAnd more.",
			Step: "build", Code: "invalid", Reason: "RUN npm test failed with exit code 1. Mend it.",
		},
	}
}

// testBundle is the configuration of a notifier, a mail server, and a server on loopback that messages are posted to. Both encrypt.
type testBundle struct {
	roots  *x509.CertPool
	config notify.Config
	mails  *mailbox
	posts  *receiver
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	b := &testBundle{mails: &mailbox{}, posts: &receiver{}}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	b.config = notify.Config{
		Webhooks: setting.Webhooks{WebhookProtocols: []string{"https"}}, Internal: loopback, From: "Zeitwork <noreply@zeitwork.example>", TLS: "starttls",
	}
	b.posts.server = httptest.NewTLSServer(b.posts)
	t.Cleanup(b.posts.server.Close)

	b.roots = x509.NewCertPool()
	b.roots.AddCert(b.posts.server.Certificate())

	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{box: b.mails}, nil }))
	server.Domain = "mail.example.com"
	server.TLSConfig = &tls.Config{Certificates: b.posts.server.TLS.Certificates, MinVersion: tls.VersionTLS12}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	served := make(chan struct{})

	go func() {
		defer close(served)

		_ = server.Serve(listener)
	}()

	t.Cleanup(func() {
		_ = listener.Close() // A server that has not begun to serve does not know it yet.
		_ = server.Close()
		<-served
	})

	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)

	b.config.SMTPHost, b.config.Port = "127.0.0.1", address.Port

	return b
}

func (b *testBundle) send(t *testing.T, channel notify.Channel, message notify.Message) error {
	t.Helper()

	notifier, err := notify.New(b.config, b.roots)
	require.NoError(t, err)

	return notifier.Send(t.Context(), channel, message)
}

// mailbox is what a mail server has taken. It refuses mail to the addresses that have an answer of their own.
type mailbox struct {
	answers map[string]*smtp.SMTPError
	// password is what those who send have to give; empty: they need none.
	password string
	data     []string
}

// mailSession is one connection to the mail server.
type mailSession struct {
	box        *mailbox
	authorised bool
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if password != s.box.password {
			return smtp.ErrAuthFailed
		}

		s.authorised = true

		return nil
	}), nil
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if s.box.password != "" && !s.authorised {
		return smtp.ErrAuthRequired
	}

	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if answer, ok := s.box.answers[to]; ok {
		return answer
	}

	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.box.data = append(s.box.data, strings.ReplaceAll(string(text), "\r\n", "\n"))

	return err
}

func (s *mailSession) Reset() {}

func (s *mailSession) Logout() error { return nil }

// receiver is a server that keeps what is posted to it.
type receiver struct {
	server *httptest.Server
	// answer has the status of each path; 200 for others.
	answer map[string]int
	// repeats has it say what was asked of it, too.
	repeats bool

	mutex    sync.Mutex
	requests []*http.Request
	bodies   [][]byte
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)

	r.mutex.Lock()
	r.requests, r.bodies = append(r.requests, request), append(r.bodies, body)
	r.mutex.Unlock()

	if status, ok := r.answer[request.URL.Path]; ok {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)

		_, _ = io.WriteString(w, "no_service")

		if r.repeats {
			_, _ = io.WriteString(w, " at "+request.URL.Path)
		}
	}
}
