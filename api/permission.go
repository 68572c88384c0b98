package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

// permission says who may call an operation. Each operation declares one where it is registered, and authorize alone enforces it.
type permission struct {
	// who is the kind of caller: the names below.
	who string
	// least is the role that members need at least, in the organisation of the subject.
	least   role
	subject subject
	// personal keeps out tokens of organisations, which are for what belongs to the organisation.
	personal bool
}

// The kinds of callers that a permission can name.
const (
	// whoUser is anybody with a token of a user or of an organisation. The operation shows and changes only what is the caller's.
	whoUser = "user"
	// whoMember is a member of the subject's organisation.
	whoMember = "member"
	// whoOperator is a user who runs the platform, with a token of their own.
	whoOperator = "operator"
	// whoSession is a user who is signed in with a browser.
	whoSession = "session"
	// whoAnybody is everybody, signed in or not, as far as one address may ask.
	whoAnybody = "anybody"
	whoNode    = nodeKind
	whoEdge    = edgeKind
)

// subject is what an operation is about, and what tells the organisation that it belongs to.
type subject struct {
	name string
	// parameter names the subject's id in the path. Empty: the body names an organisation, and the operation enters it (service.enter).
	parameter string
	// membership finds the user's membership in the subject's organisation.
	membership func(queries *database.Queries) findMembership
}

type findMembership = func(ctx context.Context, id, user uuid.UUID) (database.OrganisationMember, error)

func organisationSubject() subject {
	return subject{"organisation", "organisation_id", func(q *database.Queries) findMembership { return q.MembershipInOrganisation }}
}

func projectSubject() subject {
	return subject{"project", "project_id", func(q *database.Queries) findMembership { return q.MembershipInProject }}
}

// deletedProjectSubject is a deleted project whose deletion can be undone.
func deletedProjectSubject() subject {
	return subject{"deleted project", "deleted_project_id", func(q *database.Queries) findMembership { return q.MembershipInDeletedProject }}
}

func deploymentSubject() subject {
	return subject{"deployment", "deployment_id", func(q *database.Queries) findMembership { return q.MembershipInDeployment }}
}

func environmentSubject() subject {
	return subject{"environment", "environment_id", func(q *database.Queries) findMembership { return q.MembershipInEnvironment }}
}

func detectionSubject() subject {
	return subject{"detection", "detection_id", func(q *database.Queries) findMembership { return q.MembershipInDetection }}
}

func domainSubject() subject {
	return subject{"domain", "domain_id", func(q *database.Queries) findMembership { return q.MembershipInDomain }}
}

// bodySubject is the organisation that the body names.
func bodySubject() subject {
	named := organisationSubject()
	named.parameter = ""

	return named
}

// memberWith is for members of the subject's organisation who have that role, or a higher one.
func memberWith(least role, of subject) permission {
	return permission{who: whoMember, least: least, subject: of}
}

func viewerOf(of subject) permission    { return memberWith(roleViewer, of) }
func developerOf(of subject) permission { return memberWith(roleDeveloper, of) }
func ownerOf(of subject) permission     { return memberWith(roleOwner, of) }
func anyUser() permission               { return permission{who: whoUser} }
func inSession() permission             { return permission{who: whoSession, personal: true} }
func anybody() permission               { return permission{who: whoAnybody} }
func operators() permission             { return permission{who: whoOperator, personal: true} }
func nodes() permission                 { return permission{who: whoNode} }
func edges() permission                 { return permission{who: whoEdge} }

// personally keeps out tokens of organisations.
func personally(p permission) permission {
	p.personal = true

	return p
}

// security are the security schemes of which a request needs one: the tokens that the permission is for, and the cookie of a session.
func (p permission) security() []map[string][]string {
	switch p.who {
	case whoAnybody:
		return []map[string][]string{}
	case whoNode:
		return []map[string][]string{{nodeToken: {}}}
	case whoEdge:
		return []map[string][]string{{edgeToken: {}}}
	case whoSession:
		return []map[string][]string{{sessionScheme: {}}}
	default:
		return []map[string][]string{{userToken: {}}, {sessionScheme: {}}}
	}
}

// sentence is how the documentation of an operation tells who may call it.
func (p permission) sentence() string {
	own := ""
	if p.personal {
		own = " and a token of your own, which is none of an organisation"
	}

	switch p.who {
	case whoUser:
		if p.personal {
			return "For everybody who is signed in with a token of their own, which is none of an organisation."
		}

		return "For everybody who is signed in."
	case whoMember:
		of := "the " + p.subject.name + "'s organisation"
		if p.subject.name == organisationSubject().name {
			of = "the organisation"
		}

		return fmt.Sprintf("Needs the role %s, or a higher one, in %s%s.", p.least, of, own)
	case whoOperator:
		return "For operators."
	case whoSession:
		return "For everybody who is signed in with a browser."
	case whoAnybody:
		return "For everybody, signed in or not."
	case whoNode:
		return "For nodes."
	case whoEdge:
		return "For edges."
	default:
		return ""
	}
}

// described is the permission in the OpenAPI document.
type describedPermission struct {
	Who      string `json:"who"                yaml:"who"`
	Role     string `json:"role,omitempty"     yaml:"role,omitempty"`
	Subject  string `json:"subject,omitempty"  yaml:"subject,omitempty"`
	Personal bool   `json:"personal,omitempty" yaml:"personal,omitempty"`
}

const (
	// permissionKey is where the metadata of an operation has its permission.
	permissionKey = "permission"
	// permissionExtension is where the OpenAPI document has it.
	permissionExtension = "x-permission"
)

// permitted declares who may call an operation.
func permitted(op huma.Operation, who permission) huma.Operation {
	op.Metadata = map[string]any{permissionKey: who}

	return op
}

// permissionOf returns what an operation has declared.
func permissionOf(op *huma.Operation) (permission, bool) {
	declared, ok := op.Metadata[permissionKey].(permission)

	return declared, ok && declared.sentence() != ""
}

// requirePermission writes the permission of an operation into its description. It panics for an operation that declares none, or one on something that
// its path does not name: such a server does not start.
func requirePermission(_ *huma.OpenAPI, op *huma.Operation) {
	declared, ok := permissionOf(op)
	if !ok {
		panic("the operation " + op.OperationID + " declares no permission")
	}

	if named := declared.subject.parameter; named != "" && !strings.Contains(op.Path, "{"+named+"}") {
		panic("the operation " + op.OperationID + " is about a " + declared.subject.name + " that its path does not name")
	}

	op.Security = declared.security()
	op.Description += " " + declared.sentence()
	op.Extensions = map[string]any{permissionExtension: describedPermission{
		Who: declared.who, Role: string(declared.least), Subject: declared.subject.name, Personal: declared.personal,
	}}
}
