package api

import (
	"context"

	"github.com/zeitwork/zeitwork/internal/version"
)

// getMachineSettings answers with what this process is told of the platform itself.
func (s *service) getMachineSettings(context.Context, *struct{}) (*MachineSettingsOutput, error) {
	output := &MachineSettingsOutput{}
	output.Body.APIURL, output.Body.RegistryHost = s.config.at(""), s.config.RegistryHost
	output.Body.Version = version.Get().Version

	return output, nil
}
