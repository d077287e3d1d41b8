"""How long the way is by road: from an OpenStreetMap file to seconds, with closures and the hour.

    tags        which ways a rescue crew may drive, in which direction, how fast     pure
    osm         an .osm.pbf file -> ways                                             file in
    building    ways -> network: junctions, pieces, the part that hangs together     computes
    network     the network as arrays                                                values
    files       network and closures on disk                                         file in, file out
    speeds      km/h by road class and hour (speeds.toml) -> milliseconds            computes
    geojson     what people draw, checked                                            pure
    closures    drawings -> which pieces are closed or slow                          computes
    geometry    metres on the ground, and a point every so many metres of road       computes
    hierarchy   the shortest ways, by a customizable contraction hierarchy           computes
    ways        TravelTimes by road, and by straight line off the network            computes

Nothing here knows of crews, lifts or cases: only of places, roads and the hour.
"""
