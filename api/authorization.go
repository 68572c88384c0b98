package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// admission is a request that may run: who calls, by what permission, and in which organisation.
type admission struct {
	caller     caller
	permission permission
	// subject is the id in the path; uuid.Nil where the permission asks for none.
	subject uuid.UUID
	// organisation and role are set for members: every query on the organisation's rows takes the organisation.
	organisation uuid.UUID
	role         role
}

type admissionKey struct{}

// admissionOf returns the admission of the request. It panics outside of an operation.
func admissionOf(ctx context.Context) admission {
	return ctx.Value(admissionKey{}).(admission) //nolint:forcetypeassert // authorize sets it for every operation.
}

// callerOf returns the caller of an operation.
func callerOf(ctx context.Context) caller { return admissionOf(ctx).caller }

// organisationOf returns the organisation that the operation's subject belongs to, in which the caller has the role that the operation asks for.
// It is uuid.Nil, which no row has, for operations that are not for members.
func organisationOf(ctx context.Context) uuid.UUID { return admissionOf(ctx).organisation }

// authorize lets an operation run only for those that its permission names. It is the only place that does.
func (s *service) authorize(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		admitted, err := s.admit(ctx)
		if err != nil {
			refuse(api, ctx, err)

			return
		}

		next(huma.WithValue(ctx, admissionKey{}, admitted))
	}
}

func (s *service) admit(ctx huma.Context) (admission, error) {
	declared, ok := permissionOf(ctx.Operation())
	if !ok {
		return admission{}, errors.New("the operation declares no permission")
	}

	if declared.who == whoAnybody {
		return admission{permission: declared}, s.limitAddress(ctx)
	}

	who, err := s.authenticate(ctx)
	if err != nil {
		return admission{}, err
	}

	if err := s.limit(ctx, who); err != nil {
		return admission{}, err
	}

	if err := declared.allows(who); err != nil {
		return admission{}, err
	}

	admitted := admission{caller: who, permission: declared}
	if declared.subject.parameter == "" {
		return admitted, nil
	}

	if admitted.subject, err = uuid.Parse(ctx.Param(declared.subject.parameter)); err != nil {
		return admission{}, newProblem(ctx.Context(), http.StatusUnprocessableEntity, "", []error{
			&huma.ErrorDetail{Message: "expected string to be RFC 4122 uuid", Location: "path." + declared.subject.parameter},
		})
	}

	if admitted, err = s.enterAs(ctx.Context(), admitted); err != nil {
		return admission{}, err
	}

	return admitted, s.limitAdmitted(ctx, admitted)
}

// allows returns a forbidden problem for callers of another kind.
func (p permission) allows(who caller) error {
	wanted := userKind
	if p.who == whoNode || p.who == whoEdge {
		wanted = p.who
	}

	switch {
	case p.who == whoSession && !who.session:
		return problem.New(problem.Forbidden, "This is about the browser that you sign in with; your request carries a token.")
	case who.kind == organisationKind && wanted == userKind && !p.personal:
		return nil
	case who.kind == organisationKind && wanted == userKind:
		return problem.New(problem.Forbidden, "This needs a token of your own; yours is a token of an organisation.")
	case who.kind != wanted:
		return problem.New(problem.Forbidden, "This needs the token of %s; yours is the token of %s.", withArticle(wanted), withArticle(who.kind))
	case p.who == whoOperator && !who.operator:
		return problem.New(problem.Forbidden, "Only operators of this platform may do that.")
	default:
		return nil
	}
}

// withArticle is how a sentence calls the holder of a token of that kind.
func withArticle(kind string) string {
	if kind == organisationKind || kind == edgeKind {
		return "an " + kind
	}

	return "a " + kind
}

// enterAs completes an admission whose permission is for members: with the subject's organisation and the caller's role there. A caller who is no
// member gets not found, one whose role is too low forbidden.
func (s *service) enterAs(ctx context.Context, admitted admission) (admission, error) {
	who, of := admitted.caller, admitted.permission.subject

	found, err := of.membership(s.queries)(ctx, admitted.subject, who.userID)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && !who.mayEnter(found.OrganisationID)) {
		return admission{}, notFound(of.name)
	}

	if err != nil {
		return admission{}, err
	}

	admitted.organisation, admitted.role = found.OrganisationID, who.roleAs(role(found.Role))

	return admitted, admitted.role.require(admitted.permission.least)
}

// enter is for operations whose body names the organisation: it returns a context in which the caller has been admitted there.
func (s *service) enter(ctx context.Context, organisation uuid.UUID) (context.Context, error) {
	admitted := admissionOf(ctx)
	admitted.subject = organisation

	if admitted.permission.who != whoMember {
		admitted.permission = viewerOf(bodySubject())
	}

	admitted, err := s.enterAs(ctx, admitted)
	if err == nil {
		_, err = s.limitOrganisation(ctx, admitted.organisation)
	}

	return context.WithValue(ctx, admissionKey{}, admitted), err
}

// stillAdmitted returns a problem where the request would be refused by now: its token has ended, or the caller is no member any more.
func (s *service) stillAdmitted(ctx context.Context) error {
	admitted := admissionOf(ctx)

	valid, err := s.queries.TokenIsValid(ctx, admitted.caller.tokenID, admitted.permission.who == whoOperator)
	if err != nil {
		return err
	}

	if !valid {
		return problem.New(problem.Unauthorized, "The token is not valid any more.")
	}

	if admitted.subject == uuid.Nil {
		return nil
	}

	_, err = s.enterAs(ctx, admitted)

	return err
}

// hold keeps the caller's membership as it is until the transaction ends, and returns the caller's role. A caller that has lost the membership or the
// role since it was admitted gets the problem that says so.
func hold(ctx context.Context, queries *database.Queries) (role, error) {
	admitted := admissionOf(ctx)

	held, err := queries.HoldMembership(ctx, admitted.organisation, admitted.caller.userID)
	if held, err = found(held, err, "organisation"); err != nil {
		return "", err
	}

	yours := admitted.caller.roleAs(role(held))

	return yours, yours.require(admitted.permission.least)
}

// notFound is the problem for what is not there, or is somebody else's: callers cannot tell which.
func notFound(thing string) error {
	return problem.New(problem.NotFound, "There is no such %s, or it is not yours.", thing)
}
