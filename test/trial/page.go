package trial

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// answerTime is how long the edge may take to answer with the page of a deployment that is live.
	answerTime = 15 * time.Second
	// askInterval is how often it is asked meanwhile.
	askInterval = time.Second / 10
	// bodyInWords is how many bytes of another answer the error has.
	bodyInWords = 300
)

// AwaitPage asks the edge for a path of a live project until the answer has status 200 and the text in it.
func AwaitPage(ctx context.Context, p *rig.Platform, project client.Project, path, text string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()

	visitor := rig.Transport{Host: strings.TrimPrefix(project.URL, "http://"), HTTPS: true}

	for {
		answer, err := visitor.Ask(ctx, http.MethodGet, p.EdgeURL()+path, nil)
		if err == nil && answer.Status == http.StatusOK && strings.Contains(answer.Body, text) {
			return nil
		}

		if rig.Sleep(ctx, askInterval) != nil {
			return fmt.Errorf("the page answers with status %d, and %q is not in it: %s", answer.Status, text, answer.Body[:min(bodyInWords, len(answer.Body))])
		}
	}
}
