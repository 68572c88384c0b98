package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2/sse"
)

var errTodo = errors.New("not implemented")

type service struct{}

func (s *service) getMe(context.Context, *struct{}) (*MeOutput, error) { return nil, errTodo }
func (s *service) listOrganisations(context.Context, *PageInput) (*PageOutput[Organisation], error) {
	return nil, errTodo
}
func (s *service) createOrganisation(context.Context, *CreateOrganisationInput) (*OrganisationOutput, error) {
	return nil, errTodo
}
func (s *service) getOrganisation(context.Context, *OrganisationPath) (*OrganisationOutput, error) {
	return nil, errTodo
}
func (s *service) listAuditEvents(context.Context, *ListAuditEventsInput) (*PageOutput[AuditEvent], error) {
	return nil, errTodo
}
func (s *service) listTokens(context.Context, *PageInput) (*PageOutput[Token], error) {
	return nil, errTodo
}
func (s *service) createToken(context.Context, *CreateTokenInput) (*NewTokenOutput, error) {
	return nil, errTodo
}
func (s *service) revokeToken(context.Context, *TokenPath) (*struct{}, error) { return nil, errTodo }
func (s *service) listProjects(context.Context, *ListProjectsInput) (*PageOutput[Project], error) {
	return nil, errTodo
}
func (s *service) createProject(context.Context, *CreateProjectInput) (*ProjectOutput, error) {
	return nil, errTodo
}
func (s *service) getProject(context.Context, *ProjectPath) (*ProjectOutput, error) {
	return nil, errTodo
}
func (s *service) updateProject(context.Context, *UpdateProjectInput) (*ProjectOutput, error) {
	return nil, errTodo
}
func (s *service) deleteProject(context.Context, *ProjectPath) (*struct{}, error) {
	return nil, errTodo
}
func (s *service) listEnvironmentVariables(context.Context, *ProjectPath) (*ListEnvironmentVariablesOutput, error) {
	return nil, errTodo
}
func (s *service) setEnvironmentVariable(context.Context, *SetEnvironmentVariableInput) (*EnvironmentVariableOutput, error) {
	return nil, errTodo
}
func (s *service) deleteEnvironmentVariable(context.Context, *EnvironmentVariablePath) (*struct{}, error) {
	return nil, errTodo
}
func (s *service) listDomains(context.Context, *ProjectPath) (*ListDomainsOutput, error) {
	return nil, errTodo
}
func (s *service) createDomain(context.Context, *CreateDomainInput) (*DomainOutput, error) {
	return nil, errTodo
}
func (s *service) deleteDomain(context.Context, *DomainPath) (*struct{}, error) { return nil, errTodo }
func (s *service) listDeployments(context.Context, *ListDeploymentsInput) (*PageOutput[Deployment], error) {
	return nil, errTodo
}
func (s *service) createDeployment(context.Context, *CreateDeploymentInput) (*DeploymentOutput, error) {
	return nil, errTodo
}
func (s *service) getDeployment(context.Context, *DeploymentPath) (*DeploymentOutput, error) {
	return nil, errTodo
}
func (s *service) cancelDeployment(context.Context, *DeploymentPath) (*DeploymentOutput, error) {
	return nil, errTodo
}
func (s *service) redeploy(context.Context, *RepeatDeploymentInput) (*DeploymentOutput, error) {
	return nil, errTodo
}
func (s *service) rollback(context.Context, *RepeatDeploymentInput) (*DeploymentOutput, error) {
	return nil, errTodo
}
func (s *service) listBuildLogs(context.Context, *ListLogsInput) (*ListLogsOutput, error) {
	return nil, errTodo
}
func (s *service) listRuntimeLogs(context.Context, *ListLogsInput) (*ListLogsOutput, error) {
	return nil, errTodo
}
func (s *service) listNodes(context.Context, *struct{}) (*ListNodesOutput, error) {
	return nil, errTodo
}
func (s *service) createNode(context.Context, *CreateNodeInput) (*NewNodeOutput, error) {
	return nil, errTodo
}
func (s *service) updateNode(context.Context, *UpdateNodeInput) (*NodeOutput, error) {
	return nil, errTodo
}
func (s *service) deleteNode(context.Context, *NodePath) (*struct{}, error) { return nil, errTodo }
func (s *service) listEdges(context.Context, *struct{}) (*ListEdgesOutput, error) {
	return nil, errTodo
}
func (s *service) createEdge(context.Context, *CreateEdgeInput) (*NewEdgeOutput, error) {
	return nil, errTodo
}
func (s *service) deleteEdge(context.Context, *EdgePath) (*struct{}, error) { return nil, errTodo }
func (s *service) getAssignments(context.Context, *AssignmentsInput) (*AssignmentsOutput, error) {
	return nil, errTodo
}
func (s *service) reportNode(context.Context, *NodeReportInput) (*struct{}, error) {
	return nil, errTodo
}
func (s *service) shipLogs(context.Context, *ShipLogsInput) (*struct{}, error) { return nil, errTodo }
func (s *service) getRoutes(context.Context, *RoutesInput) (*RoutesOutput, error) {
	return nil, errTodo
}
func (s *service) streamBuildLogs(context.Context, *StreamInput, sse.Sender)   {}
func (s *service) streamRuntimeLogs(context.Context, *StreamInput, sse.Sender) {}
func (s *service) streamDeployment(context.Context, *StreamInput, sse.Sender)  {}
