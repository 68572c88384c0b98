package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/workflows"
)

// The pages that mails lead to need no account: whoever has the token of a mail has the mail. To look at them changes nothing, since programs that look for
// malware follow the links of a mail.

// registerMailPages serves the pages that mails lead to.
func (s *service) registerMailPages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+workflows.ConfirmMailPath, s.limited(s.showConfirmMail))
	mux.HandleFunc("POST "+workflows.ConfirmMailPath, s.limited(s.confirmMail))
	mux.HandleFunc("GET "+workflows.StopMailPath, s.limited(s.showStopMail))
	mux.HandleFunc("POST "+workflows.StopMailPath, s.limited(s.stopMail))
}

// mailPage is what such a page shows.
type mailPage struct {
	// Shown is what the page asks, or what has come true: confirm, confirmed, stop or stopped.
	Shown, Organisation, Address string
	// Action is where the form is sent, with the token.
	Action string
}

func (s *service) showConfirmMail(writer http.ResponseWriter, request *http.Request) {
	found, err := s.queries.GetConfirmation(request.Context(), mailToken(request))
	if err != nil {
		s.showProblem(writer, request, confirmationEnded(err))

		return
	}

	s.showMailPage(writer, request, "confirm", found.NotificationChannel, found.Organisation)
}

func (s *service) confirmMail(writer http.ResponseWriter, request *http.Request) {
	found, err := s.useConfirmation(request.Context(), mailToken(request))
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	s.showMailPage(writer, request, "confirmed", found.NotificationChannel, found.Organisation)
}

// useConfirmation confirms the address that a token was sent to, once.
func (s *service) useConfirmation(ctx context.Context, token []byte) (found database.GetConfirmationRow, err error) {
	return found, s.inTx(ctx, func(queries *database.Queries) (err error) {
		if found, err = queries.GetConfirmation(ctx, token); err != nil {
			return confirmationEnded(err)
		}

		used, err := queries.UseConfirmation(ctx, token)
		if err == nil && used == 0 {
			err = confirmationEnded(pgx.ErrNoRows)
		}

		if err != nil {
			return err
		}

		return allowMail(ctx, queries, found.NotificationChannel)
	})
}

func (s *service) showStopMail(writer http.ResponseWriter, request *http.Request) {
	found, err := s.channelOfMail(request.Context(), s.queries, request.URL.Query())
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	shown := "stop"
	if found.NotificationChannel.StoppedAt != nil {
		shown = "stopped"
	}

	s.showMailPage(writer, request, shown, found.NotificationChannel, found.Organisation)
}

// stopMail has messages to an address stopped, or let come again. Mail programs send it by themselves, too, with a form of theirs (RFC 8058).
func (s *service) stopMail(writer http.ResponseWriter, request *http.Request) {
	if err := form(writer, request); err != nil {
		s.showProblem(writer, request, err)

		return
	}

	isAllowed := request.PostForm.Get("decision") == "allow"

	found, err := s.decideMail(request.Context(), request.URL.Query(), isAllowed)
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	s.showMailPage(writer, request, lo.Ternary(isAllowed, "confirmed", "stopped"), found.NotificationChannel, found.Organisation)
}

// decideMail has messages to the address of the channel that a link names sent, or stopped.
func (s *service) decideMail(ctx context.Context, link url.Values, isAllowed bool) (found database.GetChannelOfMailRow, err error) {
	return found, s.inTx(ctx, func(queries *database.Queries) (err error) {
		if found, err = s.channelOfMail(ctx, queries, link); err != nil {
			return err
		}

		channel := found.NotificationChannel
		if isAllowed {
			return allowMail(ctx, queries, channel)
		}

		if err := queries.StopAddress(ctx, channel.OrganisationID, channel.Address); err != nil {
			return err
		}

		return auditPlatform(ctx, queries, channel.OrganisationID, channelEvent("notification_channel.stop", channel.ID, channel.Name, channel.Kind))
	})
}

// allowMail has messages sent to the address of a channel, by all of its organisation's channels.
func allowMail(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error {
	if err := queries.AllowAddress(ctx, channel.OrganisationID, channel.Address); err != nil {
		return err
	}

	return auditPlatform(ctx, queries, channel.OrganisationID, channelEvent("notification_channel.confirm", channel.ID, channel.Name, channel.Kind))
}

// channelOfMail returns the channel that a link names whose token is right.
func (s *service) channelOfMail(ctx context.Context, queries *database.Queries, link url.Values) (database.GetChannelOfMailRow, error) {
	unknown := problem.New(problem.NotFound, "This link stops nothing: the organisation has removed the address, or the link is not whole. "+
		"Use the link in the newest message.")

	channel, err := uuid.Parse(link.Get(workflows.ChannelParameter))
	if err != nil {
		return database.GetChannelOfMailRow{}, unknown
	}

	found, err := queries.GetChannelOfMail(ctx, channel)
	if errors.Is(err, pgx.ErrNoRows) {
		return found, unknown
	}

	if err != nil {
		return found, err
	}

	about, _ := workflows.ChannelSecret(found.NotificationChannel)

	token, err := s.keyring.Secret(ctx, queries, about)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && subtle.ConstantTimeCompare([]byte(token), []byte(link.Get(workflows.TokenParameter))) == 0 {
		err = unknown
	}

	return found, err
}

func (s *service) showMailPage(
	writer http.ResponseWriter, request *http.Request, shown string, channel database.NotificationChannel, organisation database.Organisation,
) {
	s.showPage(writer, request, http.StatusOK, "mail", webPage{Title: "Messages by e-mail", Data: mailPage{
		Shown: shown, Organisation: organisation.Slug, Address: channel.Address, Action: request.URL.RequestURI(),
	}})
}

// mailToken is the hash of the token that a link carries.
func mailToken(request *http.Request) []byte {
	return secret.HashToken(request.URL.Query().Get(workflows.TokenParameter))
}

// confirmationEnded turns the absence of a confirmation into a problem.
func confirmationEnded(err error) error {
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}

	return problem.New(problem.NotFound, "This link confirms nothing any more: it was used, is older than 7 days, or a newer message has taken its place. "+
		"Ask the organisation to send another one.")
}
