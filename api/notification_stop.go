package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
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

// mailChannel is the channel that a mail was for.
type mailChannel struct {
	database.GetChannelOfMailRow

	// IsGone: the channel is removed or leads elsewhere. Its address is one that wants no messages.
	IsGone bool
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

	shown := "stopped"
	if isAllowed {
		shown = lo.Ternary(found.IsGone, "allowed", "confirmed")
	}

	s.showMailPage(writer, request, shown, found.NotificationChannel, found.Organisation)
}

// decideMail has messages to the address of the channel that a link names sent, or stopped.
func (s *service) decideMail(ctx context.Context, link url.Values, isAllowed bool) (found mailChannel, err error) {
	return found, s.inTx(ctx, func(queries *database.Queries) (err error) {
		if found, err = s.channelOfMail(ctx, queries, link); err != nil {
			return err
		}

		if isAllowed {
			return allowMail(ctx, queries, found.NotificationChannel)
		}

		return s.stopAddress(ctx, queries, found.NotificationChannel)
	})
}

// stopAddress has messages to the address of a channel stopped, by all of its organisation's channels. The links of the mails that it got can let them come
// again, also when the channels are gone.
func (s *service) stopAddress(ctx context.Context, queries *database.Queries, channel database.NotificationChannel) error {
	channels, err := queries.LockChannelsOfAddress(ctx, lo.FromPtr(channel.OrganisationID), channel.Address)
	if err != nil {
		return err
	}

	hashes := [][]byte{}

	for _, channel := range channels {
		about, _ := workflows.ChannelSecret(channel)

		token, err := s.keyring.Secret(ctx, queries, about)
		if errors.Is(err, pgx.ErrNoRows) {
			continue // No mail with a link was sent.
		}

		if err != nil {
			return fmt.Errorf("open the token that stops messages: %w", err)
		}

		hashes = append(hashes, linkHash(channel.ID, token))
	}

	// Mail programs send it again, which is no event of its own.
	if stopped, err := queries.StopAddress(ctx, channel.OrganisationID, channel.Address, hashes); err != nil || stopped == 0 {
		return err
	}

	return auditPlatform(ctx, queries, channel.OrganisationID, channelEvent("notification_channel.stop", channel.ID, channel.Name, channel.Kind))
}

// linkHash is what the database keeps of the link that stops messages.
func linkHash(channel uuid.UUID, token string) []byte {
	return secret.HashToken(channel.String() + " " + token)
}

// channelOfMail returns the channel that a link names whose token is right.
func (s *service) channelOfMail(ctx context.Context, queries *database.Queries, link url.Values) (mailChannel, error) {
	channel, err := uuid.Parse(link.Get(workflows.ChannelParameter))
	if err != nil {
		return mailChannel{}, linkUnknown()
	}

	token := link.Get(workflows.TokenParameter)

	found, err := queries.GetChannelOfMail(ctx, channel)
	if errors.Is(err, pgx.ErrNoRows) {
		return stoppedOfMail(ctx, queries, channel, token)
	}

	if err != nil {
		return mailChannel{}, err
	}

	about, _ := workflows.ChannelSecret(found.NotificationChannel)

	current, err := s.keyring.Secret(ctx, queries, about)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && subtle.ConstantTimeCompare([]byte(current), []byte(token)) == 0 {
		return stoppedOfMail(ctx, queries, channel, token)
	}

	return mailChannel{GetChannelOfMailRow: found}, err
}

// stoppedOfMail returns a channel that is removed or leads elsewhere, as it was for the address that had messages stopped.
func stoppedOfMail(ctx context.Context, queries *database.Queries, channel uuid.UUID, token string) (mailChannel, error) {
	found, err := queries.GetStoppedOfMail(ctx, linkHash(channel, token))
	if errors.Is(err, pgx.ErrNoRows) {
		return mailChannel{}, linkUnknown()
	}

	stopped := found.StoppedAddress

	return mailChannel{IsGone: true, GetChannelOfMailRow: database.GetChannelOfMailRow{
		Organisation: found.Organisation,
		NotificationChannel: database.NotificationChannel{
			ID: channel, OrganisationID: &stopped.OrganisationID, Kind: channelEmail, Name: stopped.Address, Address: stopped.Address, StoppedAt: &stopped.CreatedAt,
		},
	}}, err
}

func linkUnknown() error {
	return problem.New(problem.NotFound, "This link stops nothing: the organisation has removed the address, or the link is not whole. "+
		"Use the link in the newest message.")
}
