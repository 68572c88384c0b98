package notify

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"slices"

	"github.com/zeitwork/zeitwork/internal/setting"
)

// The ways in which the mail server is spoken to, as they stand in ZEITWORK_SMTP_TLS.
const (
	tlsUpgraded = "starttls"
	tlsImplicit = "tls"
	tlsNone     = "none"
)

// Config is how messages are sent.
//
//nolint:lll // One field a line, with its documentation.
type Config struct {
	setting.MailServer
	setting.Webhooks

	Port     int    `doc:"Port of the mail server."                                                                                                                      env:"ZEITWORK_SMTP_PORT" envDefault:"587"`
	User     string `doc:"Name with which the platform signs in to the mail server; empty: it does not."                                                                 env:"ZEITWORK_SMTP_USER"`
	Password string `doc:"The password that goes with it."                                                                                                               env:"ZEITWORK_SMTP_PASSWORD"`
	From     string `doc:"Address that mails come from, such as Zeitwork <noreply@example.com>. A mail server needs it."                                                  env:"ZEITWORK_SMTP_FROM"`
	TLS      string `doc:"How the connection to the mail server is encrypted: starttls, tls (from the first byte, usually on port 465), or none, only on one's own machine." env:"ZEITWORK_SMTP_TLS"  envDefault:"starttls"`

	Internal []netip.Prefix `doc:"Ranges of internal addresses that webhooks may be sent to, with commas between, such as that of a company's own chat. Every developer can then have workers connect there." env:"ZEITWORK_WEBHOOK_INTERNAL_RANGES"`
}

// check returns an error for settings with which no mail could be sent.
func (c Config) check() error {
	if err := c.CheckProtocols(); err != nil {
		return err
	}

	if c.SMTPHost == "" {
		return nil
	}

	if !slices.Contains([]string{tlsUpgraded, tlsImplicit, tlsNone}, c.TLS) {
		return errors.New("ZEITWORK_SMTP_TLS must be starttls, tls or none")
	}

	if c.TLS == tlsNone && c.User != "" {
		return errors.New("ZEITWORK_SMTP_USER needs ZEITWORK_SMTP_TLS=starttls or tls: a password is not sent in the clear")
	}

	if _, err := mail.ParseAddress(c.From); err != nil {
		return fmt.Errorf("ZEITWORK_SMTP_FROM must be an address, such as Zeitwork <noreply@example.com>: %w", err)
	}

	return nil
}
