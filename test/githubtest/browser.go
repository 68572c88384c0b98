package githubtest

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// Answer is what a browser got.
type Answer struct {
	Status int
	Body   string
	// Location is where it is sent to; nil for nowhere.
	Location *url.URL
}

// Submit opens a page, fills the form on it in and sends that off. Redirects are returned and not followed, since they lead to the platform.
func Submit(t *testing.T, page string, fields map[string]string) Answer {
	t.Helper()

	opened := visit(t, http.MethodGet, page, nil)
	require.Equal(t, http.StatusOK, opened.Status, opened.Body)

	return submit(t, page, opened.Body, fields)
}

// Post posts a form that another page has, and then submits the form on the page that this leads to: so is an App made from a manifest.
func Post(t *testing.T, action string, form, fields map[string]string) Answer {
	t.Helper()

	opened := visit(t, http.MethodPost, action, values(form))
	if opened.Status != http.StatusOK {
		return opened
	}

	return submit(t, action, opened.Body, fields)
}

// Open opens a page.
func Open(t *testing.T, page string) Answer {
	t.Helper()

	return visit(t, http.MethodGet, page, nil)
}

func submit(t *testing.T, page, body string, fields map[string]string) Answer {
	t.Helper()

	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)

	base, err := url.Parse(page)
	require.NoError(t, err)

	form, action := map[string]string{}, ""

	for node := range root.Descendants() {
		attribute := func(name string) string {
			index := slices.IndexFunc(node.Attr, func(a html.Attribute) bool { return a.Key == name })
			if index < 0 {
				return ""
			}

			return node.Attr[index].Val
		}

		switch node.Data {
		case "form":
			action = attribute("action")
		case "input":
			if attribute("type") != "checkbox" {
				form[attribute("name")] = attribute("value")
			}
		}
	}

	require.NotEmpty(t, action, "there is no form on %s", page)
	maps.Copy(form, fields)

	target, err := base.Parse(action)
	require.NoError(t, err)

	return visit(t, http.MethodPost, target.String(), values(form))
}

func values(form map[string]string) url.Values {
	all := url.Values{}
	for name, value := range form {
		all.Set(name, value)
	}

	return all
}

func visit(t *testing.T, method, address string, form url.Values) Answer {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	response, err := browser.Do(request)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	answer := Answer{Status: response.StatusCode, Body: string(body)}
	if answer.Location, err = response.Location(); err != nil {
		answer.Location = nil
	}

	return answer
}
