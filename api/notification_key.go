package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

const (
	// The keys of webhooks, as Standard Webhooks has them: a prefix, and 32 bytes in base64.
	signingKeyPrefix = "whsec_"
	signingKeyBytes  = 32
	// keepFormerKey is how long messages are signed with the key before, too: time to give receivers the new one.
	keepFormerKey = 24 * time.Hour
)

func newSigningKey() string {
	key := make([]byte, signingKeyBytes)
	_, _ = rand.Read(key) // It never fails: the program ends where the system has no randomness.

	return signingKeyPrefix + base64.StdEncoding.EncodeToString(key)
}

// rotateNotificationChannelKey gives a webhook another key. The one that it had signs messages, too, until receivers know the new one.
func (s *service) rotateNotificationChannelKey(ctx context.Context, input *NotificationChannelPath) (*NewNotificationChannelOutput, error) {
	output := &NewNotificationChannelOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		channel, err := queries.LockNotificationChannel(ctx, input.ChannelID, organisationOf(ctx))
		if channel, err = found(channel, err, "notification channel"); err != nil {
			return err
		}

		if channel.Kind != channelWebhook {
			return problem.New(problem.Conflict, "Only the messages of a webhook are signed, and %s is none: it has no key.", channel.Name)
		}

		about, _ := workflows.ChannelSecret(channel)

		former, err := s.keyring.Secret(ctx, queries, about)
		if err != nil {
			return fmt.Errorf("open the key of a channel: %w", err)
		}

		output.Body.SigningKey = newSigningKey()

		if err := s.keyring.PutSecret(ctx, queries, workflows.FormerSigningKey(channel), former); err != nil {
			return err
		}

		if err := s.keyring.PutSecret(ctx, queries, about, output.Body.SigningKey); err != nil {
			return err
		}

		row, err := queries.KeepFormerKey(ctx, keepFormerKey, channel.ID, organisationOf(ctx))
		if err != nil {
			return fmt.Errorf("keep the former key of a channel: %w", err)
		}

		output.Body.NotificationChannel = newNotificationChannel(row)

		return audit(ctx, queries, channelEvent("notification_channel.rotate_key", row.ID, row.Name, row.Kind))
	})
}
