package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// comeBackInstalled takes a browser in which the App was installed or changed. Where that was begun here it goes on to connect the account.
func (s *service) comeBackInstalled(writer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()

	if query.Get("setup_action") == "request" {
		s.showGitHub(writer, request, githubPage{
			Heading: "An owner of the account has to agree",
			Texts:   []string{"You have asked for the GitHub App to be installed. Once an owner of the account on GitHub has agreed to that, connect it here."},
			Links:   []pageLink{{connectPath, connectTitle}},
		})

		return
	}

	// A browser comes without a state where the App was installed, or given other repositories, from GitHub's side.
	if query.Get("state") == "" {
		s.showGitHub(writer, request, githubPage{
			Heading: "The GitHub App is installed",
			Texts: []string{
				"An organisation that is connected to the account sees its repositories within a minute.",
				"If the account is not connected to an organisation yet, somebody who administers it and owns the organisation connects it.",
			},
			Links: []pageLink{{connectPath, connectTitle}},
		})

		return
	}

	if err := s.goOnFromInstallation(writer, request, query); err != nil {
		s.showProblem(writer, request, err)
	}
}

func (s *service) goOnFromInstallation(writer http.ResponseWriter, request *http.Request, query url.Values) error {
	flow, who, err := s.finishConnecting(writer, request, query.Get("state"))
	if err != nil {
		return err
	}

	// It says only what to look for: who administers it is for GitHub to tell.
	installation, err := strconv.ParseInt(query.Get("installation_id"), 10, 64)
	if err != nil || installation <= 0 {
		return problem.New(problem.Invalid, "GitHub has sent you back without an installation. Begin again at %s.", s.config.at(connectPath))
	}

	app, err := s.apps.Current(request.Context())
	if err != nil {
		return err
	}

	return s.leaveToShowWho(writer, request, app, flowStart{
		Purpose: flowConnect, UserID: who.userID, OrganisationID: *flow.OrganisationID, ReturnTo: flow.ReturnTo,
		Details: connection{Installation: installation},
	})
}

// finishConnecting ends the flow of a state for the user who has begun it.
func (s *service) finishConnecting(writer http.ResponseWriter, request *http.Request, state string) (database.WebFlow, caller, error) {
	flow, forget, err := s.finishFlow(request.Context(), flowConnect, state, request)
	http.SetCookie(writer, forget)

	if err != nil {
		return flow, caller{}, err
	}

	who, err := s.sessionOf(request)
	if err != nil {
		return flow, who, err
	}

	if flow.UserID == nil || flow.OrganisationID == nil || who.userID != *flow.UserID {
		return flow, who, problem.New(problem.Conflict, "You have signed in as somebody else meanwhile. Connect the account again.")
	}

	return flow, who, nil
}

// comeBackToConnect takes a browser that has shown GitHub who it is, connects the account and leads back to where that was begun.
func (s *service) comeBackToConnect(writer http.ResponseWriter, request *http.Request) {
	flow, who, err := s.finishConnecting(writer, request, request.URL.Query().Get("state"))

	var shown githubPage
	if err == nil {
		shown, err = s.finishConnection(request, flow, who)
	}

	switch {
	case err != nil:
		s.showProblemWithWayBack(writer, request, err, flow.ReturnTo)
	case len(shown.Forms) == 0 && isWayBack(flow.ReturnTo):
		http.Redirect(writer, request, localPath(flow.ReturnTo), http.StatusSeeOther)
	default:
		s.showGitHub(writer, request, shown)
	}
}

func (s *service) finishConnection(request *http.Request, flow database.WebFlow, who caller) (githubPage, error) {
	query := request.URL.Query()

	if query.Get("code") == "" {
		return githubPage{}, problem.New(problem.Forbidden, "GitHub was not allowed to tell who you are, so that nothing was connected. Begin again at %s.",
			s.config.at(connectPath))
	}

	var wanted connection
	if err := json.Unmarshal(flow.Details, &wanted); err != nil {
		return githubPage{}, fmt.Errorf("read what a browser went to GitHub for: %w", err)
	}

	// A user who has lost the role meanwhile connects nothing.
	ctx, err := s.asOwner(request.Context(), who, *flow.OrganisationID)
	if err != nil {
		return githubPage{}, err
	}

	administered, err := s.administered(ctx, s.connecting(flow.ID, query.Get("state")), query.Get("code"), wanted)
	if err != nil {
		return githubPage{}, err
	}

	if len(administered) > 1 {
		return chooseAccount(*flow.OrganisationID, administered, flow.ReturnTo), nil
	}

	if err := s.tie(ctx, administered[0]); err != nil {
		return githubPage{}, err
	}

	return githubPage{
		Heading: administered[0].Account.Login + " is connected",
		Texts:   []string{"Projects can be made of its repositories now: zeitwork github repositories lists them, zeitwork init makes a project of one."},
		Links:   []pageLink{{accountPath, "Your account"}},
	}, nil
}

// chooseAccount asks which one of several accounts is to be connected. The way on leads back to a path of the platform.
func chooseAccount(organisation uuid.UUID, administered []github.InstallationState, back string) githubPage {
	shown := githubPage{Heading: "Which account?", Texts: []string{"You administer several accounts that have the GitHub App."}}

	for _, state := range administered {
		shown.Forms = append(shown.Forms, pageForm{
			Method: http.MethodPost, Action: connectPath, Button: state.Account.Login,
			Fields: map[string]string{organisationField: organisation.String(), "account": state.Account.Login, "way": "installed", returnTo: back},
		})
	}

	return shown
}
