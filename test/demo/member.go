package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/test/rig"
)

// member is somebody who has signed in with GitHub, as /v1 sees them.
type member struct {
	login   string
	id      uuid.UUID
	browser *rig.Browser
	url     string
}

// signIn signs somebody in through the pages that a browser shows.
func signIn(ctx context.Context, p *rig.Platform, login string) (*member, error) {
	browser, err := rig.NewBrowser()
	if err != nil {
		return nil, err
	}

	m := &member{login: login, browser: browser, url: p.APIURL()}

	if err := m.press(ctx, p.APIURL()+"/sign-in", []string{"Sign in with GitHub", "Authorize"}); err != nil {
		return nil, err
	}

	var session struct {
		User struct {
			ID uuid.UUID `json:"id"`
		} `json:"user"`
	}

	if err := m.call(ctx, http.MethodGet, "/v1/session", nil, &session); err != nil {
		return nil, err
	}

	m.id = session.User.ID

	return m, nil
}

// press opens a page and presses one button after the other, each on the page that the one before led to.
func (m *member) press(ctx context.Context, address string, buttons []string) error {
	page, err := m.browser.Open(ctx, address)
	if err != nil {
		return err
	}

	for _, button := range buttons {
		page, err = page.Submit(ctx, button, map[string]string{"login": m.login, "account": account})
		if err != nil {
			return err
		}

		if page.Status >= http.StatusBadRequest {
			return fmt.Errorf("press %q: %s", button, page.Body)
		}
	}

	return nil
}

// call sends a request to /v1, and decodes the answer where it is wanted. An answer that is no success is an error.
func (m *member) call(ctx context.Context, method, path string, body, answer any) error {
	var content io.Reader

	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode what is sent to %s: %w", path, err)
		}

		content = bytes.NewReader(encoded)
	}

	request, err := http.NewRequestWithContext(ctx, method, m.url+path, content)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}

	request.Header.Set("Content-Type", "application/json")

	response, err := m.browser.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()

	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusMultipleChoices {
		return rig.Failed(method+" "+path, err, got)
	}

	if answer == nil {
		return nil
	}

	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}

	return nil
}
