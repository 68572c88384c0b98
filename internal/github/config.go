package github

import (
	"fmt"
	"net/url"
	"strings"
)

// Config says where GitHub is.
//
//nolint:lll // One variable a line.
type Config struct {
	URL    string `doc:"Where GitHub's web pages and repositories are; that of a GitHub Enterprise Server where there is one." env:"ZEITWORK_GITHUB_URL"     envDefault:"https://github.com"`
	APIURL string `doc:"Where GitHub's API answers; https://HOST/api/v3 for a GitHub Enterprise Server."                       env:"ZEITWORK_GITHUB_API_URL" envDefault:"https://api.github.com"`
}

// endpoints are the addresses that follow from a configuration.
type endpoints struct {
	// web is without, rest with a slash at its end.
	web, rest, graphQL *url.URL
}

func (c Config) endpoints() (endpoints, error) {
	web, err := parse("ZEITWORK_GITHUB_URL", c.URL)
	if err != nil {
		return endpoints{}, err
	}

	rest, err := parse("ZEITWORK_GITHUB_API_URL", c.APIURL)
	if err != nil {
		return endpoints{}, err
	}

	// An Enterprise Server has REST at /api/v3 and GraphQL at /api/graphql; github.com has both at the root of a host.
	graphQL := *rest
	graphQL.Path = strings.TrimSuffix(rest.Path, "/v3") + "/graphql"
	rest.Path += "/"

	return endpoints{web: web, rest: rest, graphQL: &graphQL}, nil
}

func parse(name, text string) (*url.URL, error) {
	parsed, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.User != nil {
		return nil, fmt.Errorf("%s is %q, which is not the URL of a server", name, text)
	}

	return parsed, nil
}
