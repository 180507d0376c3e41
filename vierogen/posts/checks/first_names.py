"""Common first names in the Netherlands and Britain: what a reader knows for a person without looking it up.

Names that are also words ("Ben", "Wil", "Mark", "June") are left out. The extra `names` knows many more.
"""

_WRITTEN = """
Cor Corien Dot Dotty Aad Aart Adriaan Albert Alexander Alfred André Andrea Andreas Anna Anne Anneke Annelies Annemarie
Annemiek Annette Annie Anouk Anton Antoinette Arend Arie Arjan Arjen Arnold Astrid Bart Bas Bastiaan Beatrijs Berend
Bernard Bertus Bianca Boudewijn Bram Britt Carla Carlijn Carolien Catharina Cees Charlotte Chantal Christiaan
Christine Claudia Coen Conny Cornelia Cornelis Corrie Daan Daniël Daniëlle Daphne David Debby Dennis Dewi Diana
Diederik Dineke Dirk Dorien Edwin Eefje Eelco Elise Eline Elisabeth Ellen Elly Els Elsa Emiel Emma Emmy Eric Erik
Erwin Esmee Esther Eva Evelien Evert Femke Fenna Ferdinand Fleur Floor Floris Frank Frans Fred Frederik Frits Geert
Geertje Gerard Gerda Gerrit Gerben Gertjan Gijs Greet Greetje Guus Hanna Hanneke Hannie Hans Harm Harmen Harrie Harry
Heleen Helena Hendrik Hendrika Henk Hennie Herman Hetty Hilde Huub Hubert Ilse Imke Ina Inge Ingeborg Ingmar Ingrid
Irene Iris Isa Isabel Jaap Jacob Jacqueline Jan Janine Janna Janneke Jannie Jasmijn Jasper Jelle Jeroen Jesse Jet Joan
Jochem Johan Johanna Johannes Jolanda Jolien Joost Jorien Joris Josephine Josje Julia Jurgen Juul Karel Karen Karin
Karlijn Kees Kevin Kim Kirsten Klaas Klaartje Koen Koos Lars Laura Laurens Leendert Lena Lenie Leo Leonie Lies
Liesbeth Lieke Lisa Lisanne Lizzy Lotte Louise Lucas Luuk Maaike Maarten Machteld Margriet Maria Marianne Marieke
Mariëlle Marijke Marijn Marina Marjan Marjolein Marleen Marloes Martijn Martine Mathijs Matthijs Maurits Max Melanie
Melissa Merel Michiel Mieke Miep Milan Milou Mirjam Monique Myrthe Nadine Natasja Nelleke Niek Niels Nienke Noor Nora
Olga Otto Patrick Patricia Paul Paula Pauline Peter Petra Pien Piet Pieter Pim Quinten Ramon Ria Rianne Richard Rik
Rinus Rob Robbert Robert Robin Roel Roelof Ron Ronald Rosa Ruben Rudolf Ruud Ruth Saar Sabine Sander Sandra Sanne
Saskia Sebastiaan Sem Simone Sjaak Sjoerd Sofie Sonja Stefan Stephan Steven Suzanne Sven Sylvia Tamara Tanja Teun
Teunis Thea Theo Thijs Thomas Tim Timo Tineke Tom Toon Trudy Truus Tygo Ursula Vera Veronique Victor Vincent Walter
Wendy Wessel Wiebe Wies Wietske Willeke Willem Willemijn Wim Wouter Xander Yara Yvette Yvonne Zoë Jayden Dylan Damian
Levi Liam Noah Finn Mees Luca Milo Mila Tess Evi Olivia Sophie Lynn Yasmin Jada Abdel Abdelkarim Abdellah Abdullah
Achmed Ahmed Ahmet Aisha Ali Amina Amir Amira Ayoub Aya Ayşe Aysel Aziz Bilal Emre Emine Fatih Fatima Fatma Fatiha
Farid Farida Ferhat Hakan Halima Hamid Hamza Hassan Hasan Hatice Hüseyin Hussein Ibrahim Ilham Imane Ismail Jamal
Jamila Kadir Karim Khadija Khalid Latifa Leyla Mehmet Mehdi Mina Mohamed Mohammed Mohammad Mo Mourad Mustafa Murat
Mustapha Naima Najat Nadia Nasser Noura Omar Osman Rachid Rachida Ramazan Rania Redouan Said Saïd Salima Samir Samira
Sara Selim Selma Sevgi Soufiane Tarik Tarek Youssef Yusuf Yasin Yassin Yılmaz Zahra Zeynep Zineb Agnieszka Piotr Paweł
Katarzyna Magdalena Andrzej Krzysztof Oksana Olena Ivan Dmitri Svetlana Mykola Tesfay Yonas Adrian Alan Alice Alison
Andrew Angela Ann Anthony Barbara Barry Beth Bethany Betty Brenda Brian Callum Carol Caroline Catherine Charles
Charlie Chloe Chris Christopher Claire Clare Colin Craig Darren Dave Dawn Deborah Debbie Derek Donna Doreen Dorothy
Doug Duncan Edward Eileen Elaine Eleanor Elizabeth Emily Evelyn Fiona Freya Gareth Gary Gavin Geoff Geoffrey George
Georgia Gillian Glenn Gordon Graham Hannah Hazel Heather Helen Henry Howard Ian Isla Jack Jackie James Jane Janet
Janice Jason Jean Jeff Jennifer Jenny Jeremy Jessica Jill Jim Joanne Joe John Jonathan Jordan Joseph Joshua Joyce
Judith Julie Kate Katherine Kathleen Katie Keith Kelly Kenneth Kerry Kieran Kirsty Kyle Lauren Leah Leanne Lesley
Lewis Liz Lorraine Louis Lucy Luke Lynne Malcolm Mandy Margaret Martin Mary Matthew Maureen Megan Michael Michelle
Mick Molly Natalie Nathan Neil Nicholas Nicola Nigel Noel Oliver Oscar Owen Pamela Philip Phil Phoebe Rachel Raymond
Rebecca Reece Rhys Roger Ronnie Rosemary Ross Ryan Sally Sam Samantha Samuel Sarah Scott Sean Shane Sharon Sheila
Shirley Simon Sophia Stacey Stanley Stephanie Stephen Steve Stuart Susan Terry Theresa Tina Toby Tony Tracey Tracy
Trevor Tyler Tyrone Valerie Vanessa Veronica Victoria Vivian William Zoe Priya Anil Sunita Imran Asif Anita Angelique
Antoinet Arno Arjenne Bert Berry Bernadette Bep Betsy Brigitte Carmen Cindy Clara Cora Corina Dorothea Dorine Dolf
Eddy Edith Eduard Egbert Eveline Ewoud Fabian Frida Frieda Gabriël Gabrielle Ger Gerrie Giel Gonny Hajo Harold Heidi
Hein Herma Hilda Hugo Ineke Inez Irma Jantje Jeanette Jeannette Jeanine Jeffrey Jannes Jennie Joep Jolande Josien
Karst Katja Kitty Klazien Leon Leonard Lex Lia Lianne Liesje Lilian Linda Lisette Loes Lucie Lydia Maja Manon Marcel
Marco Margot Margreet Mariska Marit Marjo Marja Marlies Martha Mathilde Menno Mia Michel Miranda Mona Nanda Nelly
Nicole Nico Nicolette Noortje Pascal Petri Pia Pleun Reinier René Renate Renske Rita Robbie Roderick Rogier Rosalie
Rosita Rutger Sietske Siebe Sipke Sofia Stijn Stefanie Thirza Titia Tjeerd Tjitske Toos Truida Wilma Wilfred Wietse
Willy Winnie Wieke Yolanda Yvon Zeger Nurhan Nuray Özlem Ömer Orhan Recep Serkan Sinan Songül Tuğba Ümit Volkan Yavuz
Abdelhak Anouar Brahim Driss Hafida Houda Hicham Ikram Jaouad Karima Lahcen Loubna Malika Meryem Mimoun Mohamad Najib
Ouafa Rabia Saida Siham Souad Touria Yassine Younes Zakaria Shanti Soraya Winston Humphrey Glenda Sheryl Darryl Darcy
Declan Dermot Desmond Eoin Ethan Frances Francesca Gemma Hayley Hilary Imogen Jemma Jodie Josh Kayleigh Marcus
Marjorie Maxine Nancy Norma Norman Peggy Percy Ralph Rhona Roy Russell Sheena Siobhan Sonia Suzie Ted Tessa Tiffany
Wayne Nasreen Shabana Farah Rashid Tariq Chidi Ngozi Kwame Ade Blessing
"""
FIRST_NAMES = frozenset(_WRITTEN.split())
