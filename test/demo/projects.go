package main

import (
	"context"
	"net/http"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

const (
	mebibyte = 1 << 20
	// small is the memory of apps that hardly do anything.
	small = 128 * mebibyte
)

// makeProjects makes a project of each repository but the website, which is left for somebody to try.
func (w *world) makeProjects(ctx context.Context) error {
	for _, body := range []client.CreateProjectInputBody{
		{
			Name: "Shop", Slug: new(shop), Instances: lo.ToPtr[int64](2), HealthPath: new("/health"), MemoryBytes: lo.ToPtr[int64](2 * small),
			Previews: lo.ToPtr[client.CreateProjectInputBodyPreviews]("pull_requests"),
		},
		{Name: "Orders", Slug: new(backend)},
		{Name: "Guide", Slug: new(guide)},
		{Name: "Invoices", Slug: new(invoices)},
		{Name: "Reports", Slug: new(reports), Previews: lo.ToPtr[client.CreateProjectInputBodyPreviews]("pull_requests")},
	} {
		name := *body.Slug
		body.OrganisationID, body.GithubRepositoryID = &w.organisation.ID, new(w.repositories[name])
		body.MemoryBytes, body.CPUMillis = lo.CoalesceOrEmpty(body.MemoryBytes, lo.ToPtr[int64](small)), lo.ToPtr[int64](500)

		var project client.Project
		if err := w.owner.call(ctx, http.MethodPost, "/v1/projects", body, &project); err != nil {
			return err
		}

		w.projects[name] = project
	}

	return nil
}

// set gives the shop its variables and domains, and the organisation its tokens.
func (w *world) set(ctx context.Context) error {
	variables := "/v1/projects/" + w.projects[shop].ID.String() + "/environment-variables"
	domains := "/v1/projects/" + w.projects[shop].ID.String() + "/domains"

	for _, change := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPatch, variables, client.ImportEnvironmentVariablesInputBody{Set: &[]client.VariableValue{
			{Name: "DATABASE_URL", Value: "postgres://shop@db.internal/shop"}, {Name: "SESSION_SECRET", Value: "a9f2c1"}, {Name: "LOG_LEVEL", Value: "info"},
		}}},
		{http.MethodPatch, variables, client.ImportEnvironmentVariablesInputBody{
			Scope: lo.ToPtr(client.ImportEnvironmentVariablesInputBodyScopeProduction),
			Set:   &[]client.VariableValue{{Name: "STRIPE_KEY", Value: "sk_live_51"}, {Name: "SENTRY_DSN", Value: "https://key@sentry.example/4"}},
		}},
		{http.MethodPatch, variables, client.ImportEnvironmentVariablesInputBody{
			Scope: lo.ToPtr(client.ImportEnvironmentVariablesInputBodyScopePreview),
			Set:   &[]client.VariableValue{{Name: "STRIPE_KEY", Value: "sk_test_51"}},
		}},
		{http.MethodPost, domains, client.CreateDomainInputBody{Hostname: verifiedDomain}},
		{http.MethodPost, domains, client.CreateDomainInputBody{Hostname: "www." + verifiedDomain, RedirectTo: new(verifiedDomain)}},
		{http.MethodPost, domains, client.CreateDomainInputBody{Hostname: "checkout." + verifiedDomain}},
		{http.MethodPost, "/v1/tokens", client.CreateTokenInputBody{Name: "GitHub Actions", OrganisationID: &w.organisation.ID, ExpiresInDays: lo.ToPtr[int64](90)}},
		{http.MethodPost, "/v1/tokens", client.CreateTokenInputBody{
			Name: "Status page", OrganisationID: &w.organisation.ID, Role: lo.ToPtr(client.CreateTokenInputBodyRoleViewer),
		}},
		{http.MethodPost, "/v1/tokens", client.CreateTokenInputBody{Name: "Ada’s laptop", ExpiresInDays: lo.ToPtr[int64](9)}},
	} {
		if err := w.owner.call(ctx, change.method, change.path, change.body, nil); err != nil {
			return err
		}
	}

	return nil
}

// verifiedDomain is the shop's own domain. That it is proven is part of what is written into the database: nobody holds a zone of .example.
const verifiedDomain = "acme.example"
