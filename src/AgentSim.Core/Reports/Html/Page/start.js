// The lanes come first, because a link may lead to them.
startLanes();
plotDistributions();
plotLoad();
plotReuse();
document.documentElement.dataset.ready = "true";
