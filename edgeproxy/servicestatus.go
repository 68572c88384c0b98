package edgeproxy

import (
	"context"
	"errors"

	"github.com/zeitwork/zeitwork/internal/systemservice"
)

// StatusInTouch is what `systemctl status` shows of an edge whose last question the API has answered: it serves from the API's route table.
const StatusInTouch = "in touch with the API"

// tell has systemd show how a poll has ended.
func (p *poller) tell(ctx context.Context, err error) {
	status := StatusInTouch

	switch {
	case ctx.Err() != nil || errors.Is(err, errRefresh):
		return // It ended for another reason than the API.
	case err != nil:
		status = "not in touch with the API: " + err.Error()
	}

	if status != p.status {
		p.status = status
		systemservice.Tell(status)
	}
}
