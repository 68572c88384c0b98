package database

// RegionShare is how many instances run in a region.
type RegionShare struct {
	Region    string
	Instances int
}

// RegionShares returns how many instances a project has run in each region that it names, in its order. It returns none where the project names no
// regions: its instances run wherever there is room.
func (p Project) RegionShares() []RegionShare {
	shares := make([]RegionShare, len(p.Regions))
	for i, region := range p.Regions {
		shares[i] = RegionShare{Region: region, Instances: int(p.RegionInstances[i])}
	}

	return shares
}
