import gettext
import subprocess
import sys, os, shutil, socket, time, urllib.request
sys.path.insert(0,"/tmp/uiwork")
CELL='''
import sys, gettext; sys.path.insert(0,"/tmp/uiwork")
from peerbook.text import words
cat=gettext.GNUTranslations(open("/tmp/uiwork/ui.mo","rb"))
words._catalogue=lambda language: cat
from demo import all_parts
class D:
    kept=None
    def save(self,v): self.kept=v
    def load(self): return None
    def discard(self): pass
page=all_parts(drafts=D())
page
'''
def shots(page, name):
    page.wait_for_selector(".pb-form")
    page.get_by_role("button",name="Gem planen").scroll_into_view_if_needed()
    page.locator(".pb-plot").first.scroll_into_view_if_needed()
    page.locator(".pb-plot[data-drawn=yes]").nth(1).wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=f"/tmp/uiwork/{name}-wide.png",full_page=True)
    page.get_by_label("Er der andet?").fill("en bemærkning")
    page.get_by_text("Kladde gemt").wait_for()
    page.get_by_role("button",name="Gem planen").click()
    page.locator(".pb-summary").wait_for()
    page.screenshot(path=f"/tmp/uiwork/{name}-faults.png",full_page=True)
def test_voila(serve_notebooks, visitor, axe):
    server=serve_notebooks({"start":[CELL]})
    logs=[]; visitor.page.on("console",lambda m: logs.append(m.text))
    page=visitor.open(server,"start")
    shots(page,"voila")
    print(logs)
    print(axe(page))
    print([u for u in visitor.requests if "assets" in u])
    page.set_viewport_size({"width":375,"height":740}); page.wait_for_timeout(500)
    page.screenshot(path="/tmp/uiwork/voila-narrow.png",full_page=True)
    print(page.evaluate("document.documentElement.scrollWidth"))
def test_lab(tmp_path, browser):
    sys.path.insert(0,"/work/main/tests")
    import importlib.util as iu; sp=iu.spec_from_file_location("rootconf","/work/main/tests/conftest.py"); m=iu.module_from_spec(sp); sys.modules["rootconf"]=m; sp.loader.exec_module(m); write_notebook=m.write_notebook
    write_notebook(tmp_path/"a.ipynb",[CELL])
    s=socket.socket(); s.bind(("127.0.0.1",0)); port=s.getsockname()[1]; s.close()
    p=subprocess.Popen([sys.executable,"-m","jupyter","lab","--no-browser",f"--port={port}","--ServerApp.token=x",f"--ServerApp.root_dir={tmp_path}","--allow-root"],env={**os.environ,"PEERBOOK_DATA":str(tmp_path)},stdout=open("/tmp/uiwork/lab.log","w"),stderr=subprocess.STDOUT)
    try:
        for _ in range(120):
            try: urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=x"); break
            except Exception: time.sleep(.5)
        page=browser.new_page(viewport={"width":1400,"height":1000})
        logs=[]; page.on("console",lambda m: logs.append(m.text))
        page.goto(f"http://127.0.0.1:{port}/lab/tree/a.ipynb?token=x")
        page.wait_for_selector(".jp-Notebook",timeout=90000)
        page.wait_for_timeout(3000)
        page.get_by_role("menuitem",name="Run",exact=True).click()
        page.get_by_text("Run All Cells",exact=True).click()
        try:
            page.wait_for_selector(".pb-form",timeout=60000)
            page.locator(".pb-plot").first.scroll_into_view_if_needed()
            page.locator(".pb-plot[data-drawn=yes]").first.wait_for()
            page.get_by_label("Er der andet?").fill("en bemærkning")
            page.get_by_text("Kladde gemt").wait_for()
        finally:
            print([l for l in logs if "pb" in l or "rror" in l][:20])
            page.screenshot(path="/tmp/uiwork/lab.png")
        page.get_by_label("Holdets navn").scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        page.screenshot(path="/tmp/uiwork/lab2.png")
    finally:
        p.terminate(); p.wait()
CELL2='''
import sys, gettext, datetime as dt; sys.path.insert(0,"/tmp/uiwork")
from peerbook.text import words
cat=gettext.GNUTranslations(open("/tmp/uiwork/ui.mo","rb"))
words._catalogue=lambda language: cat
from peerbook import ui
from peerbook.errors import Conflict
class D:
    kept=({"best":"Pausen og"},dt.datetime.now(dt.UTC))
    def save(self,v): self.kept=(v,dt.datetime.now(dt.UTC))
    def load(self): return self.kept
    def discard(self): self.kept=None
pts=[(1,"Slet ikke"),(2,""),(3,""),(4,""),(5,"Meget")]
F=[ui.ScaleField("useful","Hvor brugbar var dagen for dig?",points=pts,hint="Der er ingen rigtige svar.",blank_label="Ved ikke"),ui.LongTextField("best","Hvad var bedst?"),ui.TextField("t","Navn")]
def bad(s): raise Conflict("En anden har gemt planen, mens du skrev. Vælg, hvad der skal gælde.",{"best":"Frokosten i solen og snakken","t":"Bo"})
page=ui.Page([ui.Heading("Dagen i dag"),ui.Form("one",F,on_submit=print,step="one",drafts=D(),help_text="Har du brug for at tale med nogen, så ring til Livslinien på 70 201 201."),ui.Heading("To udgaver"),ui.Form("c",F,on_submit=bad,values={"best":"Frokosten","t":"Anna"})])
page
'''
def test_more(serve_notebooks, visitor, axe):
    server=serve_notebooks({"start":[CELL2]})
    page=visitor.open(server,"start")
    page.wait_for_selector(".pb-offer")
    page.screenshot(path="/tmp/uiwork/more1.png")
    page.get_by_role("button",name="Fortsæt").click()
    page.get_by_role("radio",name="4").first.check(force=True)
    page.get_by_text("Kladde gemt").wait_for()
    page.get_by_role("button",name="Gem og stop her").click()
    page.get_by_text("Dine svar er gemt").wait_for()
    page.get_by_role("button",name="Gem",exact=True).click()
    page.wait_for_selector(".pb-conflict")
    page.screenshot(path="/tmp/uiwork/more2.png",full_page=True)
    print(axe(page))
    page.set_viewport_size({"width":375,"height":740}); page.wait_for_timeout(300)
    page.screenshot(path="/tmp/uiwork/more3.png",full_page=True)
