package api

import (
	"net/mail"
	"net/url"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// The kinds of notification channels.
const (
	channelEmail   = "email"
	channelSlack   = "slack"
	channelWebhook = "webhook"
)

// shownAddress returns what is shown of a channel's address, or a problem for one that nothing can be sent to. A URL of Slack's is a secret: whoever knows it
// can write there.
func (c Config) shownAddress(kind, address string) (string, error) {
	switch kind {
	case channelEmail:
		return address, c.checkMailAddress(address)
	case channelSlack:
		if err := c.CheckURL(address); err != nil {
			return "", err
		}

		u, err := url.Parse(address)
		if err != nil {
			return "", err
		}

		return u.Host, nil
	default:
		return address, c.CheckURL(address)
	}
}

func (c Config) checkMailAddress(address string) error {
	if c.SMTPHost == "" {
		return problem.New(problem.Invalid,
			"This platform has no mail server, so that nothing can be sent by e-mail. Add a channel of Slack or a webhook, or ask the platform's operators for one.")
	}

	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
		return problem.New(problem.Invalid, "This is no e-mail address. Give one address, such as team@example.com, without a name.")
	}

	return nil
}
