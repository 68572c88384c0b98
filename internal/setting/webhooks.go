package setting

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Webhooks are what messages of organisations are sent by, other than mail.
type Webhooks struct {
	WebhookProtocols []string `doc:"Protocols of the URLs that messages are sent to, with commas between: https; http only where every user is trusted." env:"ZEITWORK_WEBHOOK_PROTOCOLS" envDefault:"https"` //nolint:lll // One variable a line.
}

// MailServer is what the platform sends mail by.
type MailServer struct {
	SMTPHost string `doc:"Host of the mail server by which organisations are notified. Empty: the platform sends no mail." env:"ZEITWORK_SMTP_HOST"`
}

// CheckProtocols returns an error for protocols that messages cannot be sent by.
func (w Webhooks) CheckProtocols() error {
	if !lo.Every([]string{"https", "http"}, w.WebhookProtocols) {
		return errors.New("ZEITWORK_WEBHOOK_PROTOCOLS may name https and http")
	}

	return nil
}

// CheckURL returns a problem for an address that nothing is sent to. It does not repeat the address, which may be a secret.
func (w Webhooks) CheckURL(address string) error {
	u, err := url.Parse(address)

	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return problem.New(problem.Invalid, "The address is no URL, such as https://example.com/hooks/zeitwork.")
	case !slices.Contains(w.WebhookProtocols, u.Scheme):
		return problem.New(problem.Invalid, "The address begins with none of %s. Give one that does.",
			strings.Join(lo.Map(w.WebhookProtocols, func(p string, _ int) string { return p + "://" }), ", "))
	case u.User != nil:
		return problem.New(problem.Invalid, "The address holds a name or a password in front of its host. Leave them out: the signature says who sends.")
	default:
		return nil
	}
}
