"""Files that are no files: a picture of Pillow goes in, and one comes out."""

from PIL import Image, ImageDraw

import hugginggpt

picture = Image.new("RGB", (200, 100), "navy")
ImageDraw.Draw(picture).ellipse((60, 10, 140, 90), fill="gold")
run = hugginggpt.run("make the picture 50 pixels wide", files=picture)
print(run.results[0].image().size)
