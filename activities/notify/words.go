package notify

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/visible"
)

const (
	// longestReason and longestLine are how many characters of a failure and of a commit's subject are told: the dashboard has the rest.
	longestReason = 1500
	longestLine   = 200
	// shortCommit is how many digits of a commit are told.
	shortCommit = 12
)

// title is a message in one line.
func (m Message) title() string {
	switch m.Event {
	case EventFailed:
		return "Deployment failed: " + m.Deployment.place()
	case EventRecovered:
		return "Deployments work again: " + m.Deployment.place()
	case EventConfirmation:
		return "Do you want messages from " + m.Organisation.Slug + "?"
	case EventFiring:
		return "Platform needs an operator: " + m.Alert.subject()
	case EventResolved:
		return "Platform is well again: " + m.Alert.subject()
	case EventTest:
	}

	return "Test message of " + lo.CoalesceOrEmpty(m.Organisation.Slug, "the platform")
}

// story is what happened, in a few sentences: paragraphs, one an item.
func (m Message) story() []string {
	d := m.Deployment

	switch m.Event {
	case EventFailed:
		where := lo.Ternary(d.Step == "", "", " at the step "+d.Step)

		return lo.Compact([]string{
			fmt.Sprintf("A deployment of %s to %s failed%s.", d.Project.Slug, d.Environment.Slug, where),
			lo.Ellipsis(strings.TrimSpace(visible.Text(d.Reason)), longestReason),
		})
	case EventRecovered:
		return []string{fmt.Sprintf("A deployment of %s to %s is live. The one before that you were told of had failed.", d.Project.Slug, d.Environment.Slug)}
	case EventConfirmation:
		return []string{
			fmt.Sprintf("Somebody of the organisation %s wants this address to be told of deployments that fail, and of environments that work again.",
				m.Organisation.Slug),
			"Do you want that? Then open this page within 7 days, and say so there:\n" + m.ConfirmURL,
			"If you do not, there is nothing to do: without your word no message is sent here.",
		}
	case EventFiring:
		return m.Alert.firing()
	case EventResolved:
		return m.Alert.resolved(m.At)
	case EventTest:
	}

	if m.Organisation.Slug == "" {
		return []string{"An operator asked for this message: what is wrong with the platform, and is well again, is told here."}
	}

	return []string{fmt.Sprintf("Somebody of the organisation %s asked for this message: what fails in its environments, and works again, is told here.",
		m.Organisation.Slug)}
}

// commit is what was deployed, in one line; empty where there is no deployment.
func (m Message) commit() string {
	if m.Deployment == nil {
		return ""
	}

	d := m.Deployment

	return strings.Join(lo.Compact([]string{"Branch " + d.Branch, lo.Substring(d.Commit, 0, shortCommit), lo.Ellipsis(oneLine(d.Subject), longestLine)}), " · ")
}

// page is where the deployment, or the platform, is shown; empty where there is no such place.
func (m Message) page() string {
	if m.Alert != nil {
		return m.Alert.URL
	}

	if m.Deployment == nil {
		return ""
	}

	return m.Deployment.URL
}

// oneLine returns the first line of a text, without anything that is not to be seen.
func oneLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")

	return strings.Join(strings.FieldsFunc(visible.Text(line), unicode.IsSpace), " ")
}
