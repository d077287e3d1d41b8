"""The map below the marks: roads, water and place names from OpenStreetMap as one PMTiles file, and district outlines.

    features       what is drawn: lines, areas and points on the unit square                values
    osm            an .osm.pbf file -> features                                             file in
    tiling         features -> the tiles of each zoom they lie in                           computes
    vector_tile    a tile's features -> bytes (Mapbox Vector Tile 2)                        computes
    drawing        all of it -> a PMTiles file                                              file out
    districts      the outlines a centre gives us as GeoJSON, checked                       pure
    files          base map and districts on disk                                           files
    sources        whence a map has its ground, as configured                               values

Made when roads are imported; a console without it shows plain ground. Served by `rescue/api/base_map.py`. Nothing here
knows of lifts, crews or cases.
"""
