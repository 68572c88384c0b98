package rig

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Browser is what somebody visits pages with: it keeps cookies, follows redirects from site to site, and submits the forms that pages have.
type Browser struct {
	// HTTP carries its requests, with its cookies.
	HTTP *http.Client
}

// NewBrowser returns a browser without cookies.
func NewBrowser() (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a jar for cookies: %w", err)
	}

	return &Browser{HTTP: &http.Client{Jar: jar}}, nil
}

// Page is what a browser shows.
type Page struct {
	URL    *url.URL
	Status int
	Body   string

	browser *Browser
}

// Open opens an address.
func (b *Browser) Open(ctx context.Context, address string) (*Page, error) {
	return b.visit(ctx, http.MethodGet, address, nil)
}

// Submit presses the button with that text on the page, after it has filled in the fields of its form.
func (p *Page) Submit(ctx context.Context, button string, fields map[string]string) (*Page, error) {
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.URL, err)
	}

	for form := range root.Descendants() {
		if form.Data != "form" || !hasButton(form, button) {
			continue
		}

		values := url.Values{}

		for input := range form.Descendants() {
			if input.Data == "input" && attribute(input, "type") != "checkbox" || input.Data == "button" && textOf(input) == button {
				values.Set(attribute(input, "name"), attribute(input, "value"))
			}
		}

		values.Del("")

		for name, value := range fields {
			values.Set(name, value)
		}

		target, err := p.URL.Parse(attribute(form, "action"))
		if err != nil {
			return nil, fmt.Errorf("submit a form of %s: %w", p.URL, err)
		}

		return p.browser.visit(ctx, http.MethodPost, target.String(), values)
	}

	return nil, fmt.Errorf("%s has no button %q:\n%s", p.URL, button, p.Body)
}

func (b *Browser) visit(ctx context.Context, method, address string, form url.Values) (*Page, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("visit %s: %w", address, err)
	}

	request.Header.Set("Accept", "text/html")

	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}

	response, err := b.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("visit %s: %w", address, err)
	}

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("visit %s: %w", address, err)
	}

	return &Page{URL: response.Request.URL, Status: response.StatusCode, Body: string(body), browser: b}, nil
}

func hasButton(form *html.Node, text string) bool {
	for node := range form.Descendants() {
		if node.Data == "button" && textOf(node) == text {
			return true
		}
	}

	return false
}

// textOf is the text of a node, with one space between words.
func textOf(node *html.Node) string {
	var text strings.Builder

	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			text.WriteString(inner.Data)
		}
	}

	return strings.Join(strings.Fields(text.String()), " ")
}

func attribute(node *html.Node, name string) string {
	index := slices.IndexFunc(node.Attr, func(a html.Attribute) bool { return a.Key == name })
	if index < 0 {
		return ""
	}

	return node.Attr[index].Val
}
