package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/visible"
)

// Alert is what is wrong with the platform, or was.
type Alert struct {
	ID uuid.UUID
	// Part is what of the platform, such as nodes, and About which one; empty: all of it.
	Part, About string
	// Detail and Advice are sentences without their full stop.
	Detail, Advice string
	// Since is when it was found first.
	Since time.Time
	// URL is the dashboard's page of the platform, and Docs the documentation's; empty where there is none.
	URL, Docs string
}

type payloadAlert struct {
	ID     uuid.UUID `json:"id"`
	Part   string    `json:"part"`
	About  string    `json:"about,omitempty"`
	Detail string    `json:"detail"`
	Advice string    `json:"advice,omitempty"`
	Since  time.Time `json:"since"`
	URL    string    `json:"url,omitempty"`
	Docs   string    `json:"docs,omitempty"`
}

func newPayloadAlert(a Alert) *payloadAlert {
	return &payloadAlert{ID: a.ID, Part: a.Part, About: a.About, Detail: a.Detail, Advice: a.Advice, Since: a.Since.UTC(), URL: a.URL, Docs: a.Docs}
}

// subject names what an alert is about.
func (a Alert) subject() string {
	return lo.Ternary(a.About == "", a.Part, a.Part+": "+oneLine(a.About))
}

// firing is the story of an alert: paragraphs, one an item.
func (a Alert) firing() []string {
	return append(lo.Compact([]string{sentence(a.Detail), sentence(a.Advice), "Since " + written(a.Since) + "."}), a.pages()...)
}

// resolved is the story of an alert that is over at the time.
func (a Alert) resolved(at time.Time) []string {
	return append([]string{
		"This is well again: " + sentence(a.Detail), fmt.Sprintf("From %s until %s at the latest.", written(a.Since), written(at)),
	}, a.pages()...)
}

func (a Alert) pages() []string {
	if a.Docs == "" {
		return nil
	}

	return []string{"What each part means: " + a.Docs}
}

// written is a time for people, who may be anywhere.
func written(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// sentence ends what machines may have written some of.
func sentence(text string) string {
	text = lo.Ellipsis(strings.TrimSpace(visible.Text(text)), longestReason)
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}

	return text + "."
}
