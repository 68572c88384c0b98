package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// payload is the body of a webhook. Programs rely on it: fields are added, and none changes its meaning.
type payload struct {
	// Type is deployment.failed, deployment.recovered, alert.firing, alert.resolved or test.
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      payloadData `json:"data"`
}

type payloadData struct {
	// Organisation is absent where operators are told.
	Organisation *Named             `json:"organisation,omitempty"`
	Project      *Named             `json:"project,omitempty"`
	Environment  *Named             `json:"environment,omitempty"`
	Deployment   *payloadDeployment `json:"deployment,omitempty"`
	Alert        *payloadAlert      `json:"alert,omitempty"`
}

type payloadDeployment struct {
	ID            uuid.UUID `json:"id"`
	URL           string    `json:"url,omitempty"`
	Branch        string    `json:"branch,omitempty"`
	CommitSHA     string    `json:"commit_sha,omitempty"`
	CommitSubject string    `json:"commit_subject,omitempty"`
	Step          string    `json:"step,omitempty"`
	ErrorCode     string    `json:"error_code,omitempty"`
	ErrorMessage  string    `json:"error_message,omitempty"`
}

func newPayload(message Message) payload {
	p := payload{Type: string(message.Event), Timestamp: message.At.UTC()}
	if message.Organisation.Slug != "" {
		p.Data.Organisation = &message.Organisation
	}

	if message.Alert != nil {
		p.Type = "alert." + p.Type
		p.Data.Alert = newPayloadAlert(*message.Alert)
	}

	if d := message.Deployment; d != nil {
		p.Type = "deployment." + p.Type
		p.Data.Project, p.Data.Environment = &d.Project, &d.Environment
		p.Data.Deployment = &payloadDeployment{
			ID: d.ID, URL: d.URL, Branch: d.Branch, CommitSHA: d.Commit, CommitSubject: oneLine(d.Subject),
			Step: d.Step, ErrorCode: d.Code, ErrorMessage: d.Reason,
		}
	}

	return p
}

// webhook posts a message as the Standard Webhooks specification says: the receiver knows by the signature who sent it, and by webhook-id that it has
// got it before.
func (n *Notifier) webhook(ctx context.Context, channel Channel, message Message) error {
	body, err := json.Marshal(newPayload(message))
	if err != nil {
		return fmt.Errorf("encode a webhook: %w", err)
	}

	id, at := message.ID.String(), time.Now()

	var signatures []string

	// A receiver takes a message of which it can verify one signature, so that it loses none while its key is replaced.
	for _, key := range lo.Compact([]string{channel.Secret, channel.FormerSecret}) {
		signer, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			return fmt.Errorf("read the key of a webhook: %w", err)
		}

		signature, err := signer.Sign(id, at, body)
		if err != nil {
			return fmt.Errorf("sign a webhook: %w", err)
		}

		signatures = append(signatures, signature)
	}

	return n.post(ctx, channel.Address, map[string]string{
		standardwebhooks.HeaderWebhookID: id, standardwebhooks.HeaderWebhookTimestamp: strconv.FormatInt(at.Unix(), 10),
		standardwebhooks.HeaderWebhookSignature: strings.Join(signatures, " "),
	}, body)
}
