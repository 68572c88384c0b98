package api

import (
	"context"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// ProjectAddressInput asks which address a project would get.
//
//nolint:lll // One field a line, with its documentation.
type ProjectAddressInput struct {
	OrganisationPath

	Name string `doc:"What the project is to be called." maxLength:"100" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"name"`
	Slug string `doc:"The slug that is wanted. Left out: one is made from the name." maxLength:"40" pattern:"^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends" query:"slug"`
}

// ProjectAddressOutput is where a project would answer.
type ProjectAddressOutput struct {
	Body struct {
		Slug    string `json:"slug"`
		URL     string `doc:"Where the project would answer." json:"url"`
		Problem string `doc:"Why the slug cannot be had, as a sentence; absent where it can." json:"problem,omitempty"`
	}
}

// previewProjectAddress says what createProject would do with a name or a slug.
func (s *service) previewProjectAddress(ctx context.Context, input *ProjectAddressInput) (*ProjectAddressOutput, error) {
	output := &ProjectAddressOutput{}
	isTaken := func(candidate string) (bool, error) {
		return s.queries.ProjectSlugTaken(ctx, candidate, s.config.hostname(candidate), organisationOf(ctx))
	}

	slug, err := freeSlug(input.Name, input.Slug, "project", isTaken)
	if input.Slug != "" && problem.IsUsers(err) {
		slug, output.Body.Problem, err = input.Slug, problem.MessageOf(err), nil
	}

	output.Body.Slug, output.Body.URL = slug, s.config.projectURL(slug)

	return output, err
}
