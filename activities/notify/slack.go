package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// slackText is one of the two kinds of text that Slack shows: plain_text is shown as it is, mrkdwn has links and bold letters.
type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

// slack tells it in the channel of an incoming webhook.
func (n *Notifier) slack(ctx context.Context, address string, message Message) error {
	title := marked(message)
	blocks := []slackBlock{{Type: "section", Text: &slackText{"mrkdwn", title}}}

	// Branches and commit messages, which strangers may have written, are sent as plain text: Slack makes no links of it.
	for _, paragraph := range message.story() {
		blocks = append(blocks, slackBlock{Type: "section", Text: &slackText{"plain_text", paragraph}})
	}

	if commit := message.commit(); commit != "" {
		blocks = append(blocks, slackBlock{Type: "context", Elements: []slackText{{"plain_text", commit}}})
	}

	body, err := json.Marshal(struct {
		// Text is what stands in the notification of a phone.
		Text   string       `json:"text"`
		Blocks []slackBlock `json:"blocks"`
	}{slackEscape(message.title()), blocks})
	if err != nil {
		return fmt.Errorf("encode a message for Slack: %w", err)
	}

	return n.post(ctx, address, nil, body)
}

// marked is the title of a message, which leads to its deployment.
func marked(message Message) string {
	sign := map[Event]string{EventFailed: ":red_circle: ", EventRecovered: ":large_green_circle: ",
		EventFiring: ":red_circle: ", EventResolved: ":large_green_circle: "}[message.Event]
	title := slackEscape(message.title())

	if page := message.page(); page != "" {
		return fmt.Sprintf("%s*<%s|%s>*", sign, page, title)
	}

	return sign + "*" + title + "*"
}

// slackEscape writes the three characters out that mean something to Slack.
func slackEscape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
