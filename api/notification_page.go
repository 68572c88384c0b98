package api

import (
	"context"
	"errors"
	"net/http"

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
	mux.HandleFunc("GET "+workflows.ConfirmMailPath, s.limitedMailPage(s.showConfirmMail))
	mux.HandleFunc("POST "+workflows.ConfirmMailPath, s.limitedMailPage(s.confirmMail))
	mux.HandleFunc("GET "+workflows.StopMailPath, s.limitedMailPage(s.showStopMail))
	mux.HandleFunc("POST "+workflows.StopMailPath, s.limitedStop(s.stopMail))
}

// mailPage is what such a page shows.
type mailPage struct {
	// Shown is what the page asks, or what has come true: confirm, confirmed, stop, stopped or allowed.
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

// allowMail has messages sent to the address of a channel, by all of its organisation's channels.
func allowMail(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error {
	// The channels first, as where messages are stopped: the other way around the two would wait for each other.
	if _, err := queries.LockChannelsOfAddress(ctx, lo.FromPtr(channel.OrganisationID), channel.Address); err != nil {
		return err
	}

	if changed, err := queries.AllowAddress(ctx, lo.FromPtr(channel.OrganisationID), channel.Address); err != nil || !changed {
		return err
	}

	return auditPlatform(ctx, queries, channel.OrganisationID, channelEvent("notification_channel.confirm", channel.ID, channel.Name, channel.Kind))
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
