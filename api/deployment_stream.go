package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/zeitwork/zeitwork/database"
)

// streamDeployment sends the whole deployment at every change, until it has ended.
func (s *service) streamDeployment(ctx context.Context, input *StreamInput) (func(context.Context, *eventStream) error, error) {
	return func(ctx context.Context, out *eventStream) error {
		news, cancel := s.listener.Subscribe(database.ChannelDeployments, input.DeploymentID.String())
		defer cancel()

		var sent []byte

		return s.follow(ctx, out, news, nil, func() (bool, error) {
			row, err := s.deployment(ctx, input.DeploymentID)
			if err != nil {
				return false, err
			}

			full, err := s.fullDeployment(ctx, row)
			if err != nil {
				return false, err
			}

			encoded, err := json.Marshal(full)
			if err != nil {
				return false, fmt.Errorf("encode deployment %s: %w", full.ID, err)
			}

			if !bytes.Equal(encoded, sent) {
				if err := out.send("deployment", json.RawMessage(encoded)); err != nil {
					return false, err
				}

				sent = encoded
			}

			return ended(full.State) || !input.Follow, nil
		})
	}, nil
}
