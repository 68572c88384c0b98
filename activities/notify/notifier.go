package notify

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The kinds of channels, as they stand in notification_channels.kind.
const (
	KindEmail   = "email"
	KindSlack   = "slack"
	KindWebhook = "webhook"
)

// sendTimeout bounds how long it may take a server to take a message.
const sendTimeout = 15 * time.Second

// idleTimeout is how long a connection is kept that may be used again.
const idleTimeout = 30 * time.Second

// Channel is a place that messages go to.
type Channel struct {
	Kind string
	// Address is that of an e-mail, or the URL of a webhook. Slack's is its secret.
	Address string
	// Secret is Slack's URL, or the key that webhooks are signed with.
	Secret string
	// FormerSecret is the key that webhooks were signed with before, while they are signed with both; empty otherwise.
	FormerSecret string
}

// Notifier sends messages. It is safe for concurrent use.
type Notifier struct {
	config Config
	client *http.Client
	roots  *x509.CertPool
}

// New returns a notifier, or an error for settings that name no mail server properly. Servers show a certificate of one of the roots; nil for those of the
// machine.
func New(config Config, roots *x509.CertPool) (*Notifier, error) {
	if err := config.check(); err != nil {
		return nil, err
	}

	return &Notifier{config: config, roots: roots, client: &http.Client{
		Transport: egress.Dialer{Internal: config.Internal}.KeepingTransport(idleTimeout, roots), Timeout: sendTimeout,
		// A redirect could lead anywhere: whoever configures the channel names the place itself.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Send sends a message to a channel once. The error is a problem with a sentence for the organisation: one for which problem.IsUsers is true says that
// the channel refuses messages for good, any other that another try may help. Neither names a secret.
func (n *Notifier) Send(ctx context.Context, channel Channel, message Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()

	switch channel.Kind {
	case KindEmail:
		return n.mail(ctx, channel.Address, message)
	case KindSlack:
		return n.slack(ctx, channel.Secret, message)
	case KindWebhook:
		return n.webhook(ctx, channel, message)
	default:
		return fmt.Errorf("there are no channels of the kind %q", channel.Kind)
	}
}

// again is the error for what may pass by itself.
func again(cause error, format string, args ...any) error {
	return problem.Wrap(cause, problem.Unavailable, format, args...)
}

// refused is the error for what somebody has to change at the channel.
func refused(cause error, format string, args ...any) error {
	return problem.Wrap(cause, problem.Invalid, format, args...)
}
