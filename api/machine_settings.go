package api

import "context"

// getMachineSettings answers with what this process is told of the platform itself.
func (s *service) getMachineSettings(context.Context, *struct{}) (*MachineSettingsOutput, error) {
	output := &MachineSettingsOutput{}
	output.Body.APIURL, output.Body.RegistryHost = s.config.at(""), s.config.RegistryHost

	return output, nil
}
