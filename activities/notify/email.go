package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mail sends a message by the platform's mail server.
func (n *Notifier) mail(ctx context.Context, to string, message Message) error {
	if n.config.SMTPHost == "" {
		// Another worker may have the settings, as while they are changed.
		return again(nil, "This platform has no mail server any more, so that nothing is sent by e-mail. Ask its operators, or add another kind of channel.")
	}

	written, err := n.write(to, message)
	if err != nil {
		return err
	}

	client, err := n.mailClient()
	if err != nil {
		return fmt.Errorf("prepare to speak to the mail server: %w", err)
	}

	err = client.DialAndSendWithContext(ctx, written)
	if err == nil || written.IsDelivered() {
		return nil // A server that takes a message and then fails to say goodbye has it.
	}

	return mailTrouble(to, err)
}

// write makes a mail of a message.
func (n *Notifier) write(to string, message Message) (*gomail.Msg, error) {
	from, err := mail.ParseAddress(n.config.From)
	if err != nil {
		return nil, fmt.Errorf("read ZEITWORK_SMTP_FROM: %w", err)
	}

	written := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	written.FromMailAddress(from)

	if err := written.To(to); err != nil {
		return nil, refused(err, "The address %s cannot be read. Give the channel another one.", to)
	}

	_, domain, _ := strings.Cut(from.Address, "@")
	written.SetMessageIDWithValue(message.ID.String() + "@" + domain)
	written.SetDateWithValue(time.Now())
	// Mail servers send no absence note in answer to a message that a program made (RFC 3834).
	written.SetGenHeader("Auto-Submitted", "auto-generated")
	if message.StopURL != "" {
		// Mail programs show a button for it, which works without the page (RFC 8058).
		written.SetGenHeader("List-Unsubscribe", "<"+message.StopURL+">")
		written.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}

	written.Subject(message.title())
	written.SetBodyString(gomail.TypeTextPlain, mailText(message))

	return written, nil
}

func mailText(message Message) string {
	paragraphs := message.story()

	for _, line := range []string{message.commit(), message.page()} {
		if line != "" {
			paragraphs = append(paragraphs, line)
		}
	}

	return strings.Join(append(paragraphs, mailFooter(message)), "\n\n")
}

func mailFooter(message Message) string {
	footer := "-- \n"

	switch {
	case message.Organisation.Slug == "":
		footer += fmt.Sprintf("For the channel %q of the platform. Its operators can change that with `zeitwork alerts channels`.\n", message.Channel)
	case message.Event != EventConfirmation:
		// The name of a channel is anybody's text: who has not agreed to messages does not get it.
		footer += fmt.Sprintf("For the channel %q of the organisation %s. Its developers can change that under Notifications.\n",
			message.Channel, message.Organisation.Slug)
	}

	if message.StopURL != "" {
		footer += "Stop these messages, without an account: " + message.StopURL + "\n"
	}

	return footer
}

func (n *Notifier) mailClient() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(n.config.Port), gomail.WithTimeout(sendTimeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: n.config.SMTPHost, RootCAs: n.roots, MinVersion: tls.VersionTLS12}),
		// The connection ends with the message.
		gomail.WithoutRset(), gomail.WithoutNoop(),
	}

	switch n.config.TLS {
	case tlsImplicit:
		options = append(options, gomail.WithSSL())
	case tlsNone:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}

	if n.config.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(n.config.User), gomail.WithPassword(n.config.Password))
	}

	return gomail.NewClient(n.config.SMTPHost, options...)
}

// mailTrouble tells whether the address refuses mail, or the mail server has a trouble that is the platform's.
func mailTrouble(to string, err error) error {
	const permanent = 500

	failed, ok := errors.AsType[*gomail.SendError](err)
	aboutReceiver := ok && (failed.Reason == gomail.ErrSMTPRcptTo || failed.Reason == gomail.ErrSMTPData || failed.Reason == gomail.ErrSMTPDataClose)

	if aboutReceiver && failed.ErrorCode() >= permanent {
		return refused(err, "The mail server refuses mail to %s (%d). Give the channel another address.", to, failed.ErrorCode())
	}

	if aboutReceiver {
		return again(err, "The mail server does not take mail to %s for now.", to)
	}

	return again(err, "The platform's mail server does not answer, or does not let the platform send.")
}
