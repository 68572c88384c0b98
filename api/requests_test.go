package api

import (
	"context"
	"encoding/json"

	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/workflows"
)

// answered is an answer whose body has been read.
type answered struct {
	*http.Response

	text string
}

func (b *testBundle) post(t *testing.T, token, path, body string, header http.Header) answered {
	t.Helper()

	return b.send(t, http.MethodPost, token, path, body, header)
}

func (b *testBundle) send(t *testing.T, method, token, path, body string, header http.Header) answered {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, b.http.URL+path, strings.NewReader(body))
	require.NoError(t, err)

	request.Header = lo.Ternary(header == nil, http.Header{}, header)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	noRedirects := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	response, err := noRedirects.Do(request)
	require.NoError(t, err)

	defer func() { require.NoError(t, response.Body.Close()) }()

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return answered{Response: response, text: string(text)}
}

func TestLists_AreReadPageByPage(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made := make([]client.Project, 0, 5)
	for range 5 {
		made = append(made, b.project(t))
	}

	var seen []string

	parameters := &client.ListProjectsParams{Limit: lo.ToPtr[int64](2)}
	pages := 0

	for {
		answer, err := b.owner.ListProjectsWithResponse(t.Context(), parameters)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		pages++
		seen = append(seen, lo.Map(answer.JSON200.Items, func(p client.Project, _ int) string { return p.Slug })...)

		if answer.JSON200.NextCursor == nil {
			break
		}

		parameters.Cursor = answer.JSON200.NextCursor
	}

	require.Equal(t, 3, pages)
	slices.Reverse(made)
	require.Equal(t, lo.Map(made, func(p client.Project, _ int) string { return p.Slug }), seen)

	answer, err := b.owner.ListProjectsWithResponse(t.Context(), &client.ListProjectsParams{Cursor: new("nonsense!")})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode())
}

func TestCreate_WithAnIdempotencyKey_MakesOneThing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	body := client.CreateProjectInputBody{Name: "once", RepositoryURL: "https://git.example.com/me/app.git"}
	key := &client.CreateProjectParams{IdempotencyKey: new("key")}

	var (
		wait    sync.WaitGroup
		answers [8]*client.CreateProjectResponse
	)

	for i := range answers {
		wait.Go(func() { answers[i], _ = b.owner.CreateProjectWithResponse(t.Context(), key, body) })
	}

	wait.Wait()

	for _, answer := range answers {
		require.NotNil(t, answer.JSON201, "%s", answer.Body)
		require.Equal(t, answers[0].JSON201.ID, answer.JSON201.ID)
	}

	projects, err := b.owner.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, projects.JSON200.Items, 1)

	body.Name = "another"
	other, err := b.owner.CreateProjectWithResponse(t.Context(), key, body)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, other.StatusCode())
}

func TestCreate_WithTheKeyOfAFailedRequest_TriesAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	key := &client.CreateProjectParams{IdempotencyKey: new("key")}
	taken := b.project(t)
	body := client.CreateProjectInputBody{Name: "x", Slug: &taken.Slug, RepositoryURL: "https://git.example.com/me/app.git"}

	failed, err := b.owner.CreateProjectWithResponse(t.Context(), key, body)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, failed.StatusCode())

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), taken.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	made, err := b.owner.CreateProjectWithResponse(t.Context(), key, body)
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
}

func TestDeployments_WithAnIdempotencyKey_AreStartedOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	key := &client.CreateDeploymentParams{IdempotencyKey: new("key")}

	first, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, key, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, first.JSON201, "%s", first.Body)

	second, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, key, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.Equal(t, first.JSON201.ID, second.JSON201.ID)
}

// hangingUp are deployments whose caller hangs up as soon as one is there.
type hangingUp struct {
	Workflows

	hangUp func()
}

func (h hangingUp) Create(ctx context.Context, request workflows.CreateRequest) (database.Deployment, error) {
	defer h.hangUp()

	return h.Workflows.Create(ctx, request)
}

func TestDeployments_CallerHangsUp_TheKeyStillStandsForTheDeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	key := "key"

	ctx, hangUp := context.WithCancel(b.admitted(t))
	defer hangUp()

	impatient := *b.server.service
	impatient.deployments = hangingUp{impatient.deployments, hangUp}

	_, err := impatient.createDeployment(ctx, &CreateDeploymentInput{
		ProjectPath: ProjectPath{ProjectID: project.ID}, IdempotencyInput: IdempotencyInput{IdempotencyKey: key},
	})
	require.ErrorIs(t, err, context.Canceled)

	answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, &client.CreateDeploymentParams{IdempotencyKey: &key}, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	deployments, err := b.owner.ListDeploymentsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Len(t, deployments.JSON200.Items, 1)
}

// dying stands for an api that dies right after it has committed a new deployment: what follows the commit does not happen.
type dying struct{ Workflows }

func (d dying) Create(ctx context.Context, request workflows.CreateRequest) (database.Deployment, error) {
	if _, err := d.Workflows.Create(ctx, request); err != nil {
		return database.Deployment{}, err
	}

	panic(http.ErrAbortHandler)
}

// TestDeployments_TheAPIDiesInMidRequest_TheNextRequestNeedNotWait has a transaction that holds the key end as Postgres ends those of a process
// that died.
func TestDeployments_TheAPIDiesInMidRequest_TheNextRequestNeedNotWait(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	params := &client.CreateDeploymentParams{IdempotencyKey: new("key")}

	token, err := b.queries.FindToken(t.Context(), secret.HashToken(b.tokens.User))
	require.NoError(t, err)

	dies, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	_, err = database.New(dies).StoreIdempotencyKey(t.Context(), database.StoreIdempotencyKeyParams{
		TokenID: token.ApiToken.ID, Key: "key", RequestHash: []byte("hash"), ResourceID: project.ID,
	})
	require.NoError(t, err)

	answers := make(chan *client.CreateDeploymentResponse, 1)

	go func() {
		answer, _ := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, params, client.CreateDeploymentInputBody{})
		answers <- answer
	}()

	require.Eventually(t, func() bool {
		var waiting int
		require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%StoreIdempotencyKey%'`).Scan(&waiting))

		return waiting == 1
	}, 10*time.Second, 5*time.Millisecond, "it waits to see what becomes of the first one")
	require.NoError(t, dies.Rollback(t.Context()))

	answer := <-answers
	require.NotNil(t, answer.JSON201, "%s", answer.Body)
}

func TestDeployments_TheAPIDiesBehindTheCommit_TheKeyStillStandsForTheDeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	params := &client.CreateDeploymentParams{IdempotencyKey: new("key")}

	alive := b.server.service.deployments
	b.server.service.deployments = dying{alive}

	// The connection breaks. Go's transport sends a request with such a key again by itself.
	_, _ = b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, params, client.CreateDeploymentInputBody{})

	b.server.service.deployments = alive

	again, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, params, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, again.JSON201, "%s", again.Body)

	deployments, err := b.owner.ListDeploymentsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Len(t, deployments.JSON200.Items, 1)
	require.Equal(t, deployments.JSON200.Items[0].ID, again.JSON201.ID)
}

func TestText_ThatCannotBeStored_IsTheCallersToMend(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for query, says := range map[string]string{"slug=%00": "text without NUL", "slug=%ff": "Take them out and send it again."} {
		answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects?"+query, "", nil)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, answer.text)
		require.Contains(t, answer.text, says)
	}
}

func TestProblems_SayWhatToDoAndHideWhatIsOurs(t *testing.T) {
	t.Parallel()

	b := setup(t)

	invalid := b.post(t, b.tokens.User, "/v1/projects", `{"name":"","repository_url":7}`, http.Header{"Content-Type": {"application/json"}})
	require.Equal(t, "application/problem+json", invalid.Header.Get("Content-Type"))

	p := Problem{}
	require.NoError(t, json.Unmarshal([]byte(invalid.text), &p))
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	require.Equal(t, "invalid", p.Code)
	require.NotEmpty(t, p.Errors)

	b.pool.Close()

	broken := b.send(t, http.MethodGet, b.tokens.User, "/v1/me", "", nil)
	require.NoError(t, json.Unmarshal([]byte(broken.text), &p))
	require.Equal(t, http.StatusInternalServerError, p.Status)
	require.Equal(t, "internal", p.Code)
	require.NotContains(t, broken.text, "pool")
	require.Contains(t, b.log.String(), "closed pool")
	require.Contains(t, b.log.String(), "request_id="+broken.Header.Get("X-Request-Id"))
}

func TestRequests_ThatAreTooLarge_Are413(t *testing.T) {
	t.Parallel()

	b := setup(t)
	body := `{"name":"` + strings.Repeat("a", 2<<20) + `","repository_url":"https://git.example.com/a.git"}`
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post(t, b.tokens.User, "/v1/projects", body, http.Header{"Content-Type": {"application/json"}}).StatusCode)
}
