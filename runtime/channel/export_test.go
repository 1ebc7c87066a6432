package channel

// OwnRoutes are the routes of every channel, but for those that document.
func OwnRoutes() []Route { return new(channel).ownRoutes() }
